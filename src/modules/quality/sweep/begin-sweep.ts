import { sql } from '#kernel/db/sql.js';
import { nilId } from '#kernel/resource/ids.js';
import type { Work } from '#kernel/usecase/work.js';
import type { CompiledRule } from '../rule/compiled-rule.js';
import { compileAll } from '../rule/load-rules.js';
import { QualityRule } from '../rule/quality-rule.resource.js';
import { QualitySweep, type SweepStep } from './quality-sweep.resource.js';
import { continueSweep } from './continue-sweep.job.js';

/** A part takes seconds. What has not moved for so long has died for good. */
const deadAfterMs = 3_600_000;

export interface Begun {
  readonly sweep: QualitySweep;
  /** Whether it is a new one: while one is under way there is no second. */
  readonly isNew: boolean;
}

/** Begins a sweep, or answers the one that is under way. Whoever does so at the same time waits here. */
export async function beginSweep(work: Work, startedById: string | null): Promise<Begun> {
  await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`quality sweep ${work.tenantId}`}, 0))`);
  const sweeps = work.system.repo(QualitySweep);
  const running = await sweeps.first({ state: 'running' });
  if (running && work.now.getTime() - running.updatedAt.getTime() < deadAfterMs) return { sweep: running, isNew: false };
  if (running) await sweeps.update(running.id, { state: 'failed', finishedAt: work.now });
  const rules = await compileAll(work, await work.system.repo(QualityRule).list({ isActive: true }));
  const sweep = await sweeps.create({
    state: 'running',
    plan: planOf(rules),
    place: { step: 0, after: nilId },
    turn: 0,
    records: {},
    opened: 0,
    fixed: 0,
    startedById,
    startedAt: work.now,
  });
  await work.schedule(continueSweep, { key: `${sweep.id}:0`, payload: { qualitySweepId: sweep.id, turn: 0 } });
  return { sweep, isNew: true };
}

/** Keys of all rows have to be there before one of them is judged by those of the others. */
function planOf(rules: readonly CompiledRule[]): SweepStep[] {
  return [...Map.groupBy(rules, ({ resource }) => resource.name)].flatMap(([resource, own]) => [
    ...(own.some(learns) ? [{ resource, phase: 'learn' as const }] : []),
    ...(own.some(({ key }) => key) ? [{ resource, phase: 'keys' as const }] : []),
    { resource, phase: 'judge' as const },
    ...(own.some(({ whole }) => whole) ? [{ resource, phase: 'whole' as const }] : []),
  ]);
}

const learns = ({ rule }: CompiledRule): boolean => rule.kind === 'misspelt' || rule.kind === 'outlier';
