import { setImmediate as flushed } from 'node:timers/promises';

/** Rows of a part: enough to be worth a statement, and few enough to be ready soon. */
export const partSize = 250;

type Answer = Record<string, unknown>[];

/** Rows in parts, in their order: while PostgreSQL works on one, the next is made ready. Answers of all of them. */
export async function inParts<T, Ready>(
  rows: readonly T[],
  size: number,
  { prepare, send }: { readonly prepare: (part: readonly T[], at: number) => Ready; readonly send: (ready: Ready) => Promise<Answer> },
): Promise<Answer> {
  const found: Answer = [];
  let under: Promise<Answer> = Promise.resolve([]);
  for (let at = 0; at < rows.length; at += size) {
    const ready = prepare(rows.slice(at, at + size), at);
    found.push(...(await under));
    under = send(ready);
    // Who waits for the answer hears of a failure; this keeps it from being nobody's until then.
    under.catch(() => undefined);
    if (at + size < rows.length) await flushed();
  }
  found.push(...(await under));
  return found;
}
