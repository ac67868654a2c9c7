import { readdir } from 'node:fs/promises';
import { withTimeLimit } from '#kernel/jobs/time-limit.js';

/** What a process needs to be of use. */
export interface HealthParts {
  readonly pool: { query(text: string): Promise<{ rows: Record<string, unknown>[] }> };
  readonly queue: { ping(): Promise<void> };
  readonly migrationsFolder: string;
  /** Whether requests would have to wait for something that is still being made. */
  readonly isWarm?: () => boolean;
}

const checkLimitMs = 2_000;
/** Anybody may ask; the database is asked once in this time. */
const memoryMs = 1_000;

/** Whether this process should be sent requests. */
export class Health {
  private draining = false;
  private latest: { readonly until: number; readonly problems: Promise<string[]> } | null = null;

  constructor(private readonly parts: HealthParts) {}

  /** From now on the answer is no: the process is about to stop. */
  drain(): void {
    this.draining = true;
  }

  /** One line for each thing that is wrong; none when all is well. */
  async problems(): Promise<string[]> {
    if (this.draining) return ['process: stopping, takes no new work'];
    if (this.parts.isWarm?.() === false) return ['schemas: those of companies that have their own are being made'];
    if (!this.latest || this.latest.until < performance.now()) this.latest = { until: performance.now() + memoryMs, problems: this.look() };
    return this.latest.problems;
  }

  private async look(): Promise<string[]> {
    const { pool, queue } = this.parts;
    const lines = await Promise.all([
      check('database', () => pool.query('select 1')),
      check('queue', () => queue.ping()),
      check('migrations', () => this.migrations()),
    ]);
    return lines.filter((line) => line !== null);
  }

  private async migrations(): Promise<void> {
    const files = (await readdir(this.parts.migrationsFolder)).flatMap((name) => /^(\d{13})-[a-z0-9-]+\.ts$/.exec(name)?.[1] ?? []);
    const { rows } = await this.parts.pool.query('select "timestamp"::text as stamp from kontor_migrations');
    const done = new Set(rows.map((row) => row['stamp']));
    const missing = files.filter((stamp) => !done.has(stamp)).length;
    // More than we know is fine: a newer process has been here.
    if (missing > 0) throw new Unready(`${missing} not run yet; run "npm run kontor -- migrate"`);
  }
}

/** A reason that may be shown to anybody. */
class Unready extends Error {}

async function check(name: string, run: () => Promise<unknown>): Promise<string | null> {
  try {
    await withTimeLimit(run(), checkLimitMs, name);
    return null;
  } catch (error) {
    return `${name}: ${error instanceof Unready ? error.message : `does not answer${codeOf(error)}`}`;
  }
}

/** Messages of drivers name hosts and accounts; their codes do not. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && /^[A-Z0-9_]{4,30}$/.test(code)) return ` (${code})`;
  return error instanceof Error && error.name === 'OutOfTime' ? ' in time' : '';
}
