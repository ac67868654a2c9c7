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
  for (const [at, end] of partsOf(rows.length, size)) {
    const ready = prepare(rows.slice(at, end), at);
    found.push(...(await under));
    under = send(ready);
    // Who waits for the answer hears of a failure; this keeps it from being nobody's until then.
    under.catch(() => undefined);
    if (end < rows.length) await flushed();
  }
  found.push(...(await under));
  return found;
}

/** Beginnings and ends. The first is small, so that PostgreSQL does not wait long for something to do. */
function* partsOf(length: number, size: number): Generator<readonly [number, number]> {
  let at = 0;
  for (let end = length > size ? Math.ceil(size / 4) : length; at < length; end = Math.min(length, end + size)) {
    yield [at, end];
    at = end;
  }
}
