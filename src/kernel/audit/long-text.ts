/** Part of a long text that changed: what stood `from` this character on, the rest being the same before and after. */
export interface TextPart {
  readonly from: number;
  /** Characters behind the part that are the same. */
  readonly tail: number;
  readonly part: string;
}

/** Below it a difference saves nothing worth its reading. */
const worthwhile = 1_000;

/** A change of a long text as what differs, where that is much less than the text. */
export function shortened(before: unknown, after: unknown): readonly [unknown, unknown] {
  if (typeof before !== 'string' || typeof after !== 'string' || before.length + after.length < worthwhile) return [before, after];
  const from = sameAhead(before, after);
  const tail = sameBehind(before, after, from);
  if ((from + tail) * 4 < before.length + after.length) return [before, after];
  const part = (text: string): TextPart => ({ from, tail, part: text.slice(from, text.length - tail) });
  return [part(before), part(after)];
}

function sameAhead(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  return isTorn(a, same) || isTorn(b, same) ? same - 1 : same;
}

function sameBehind(a: string, b: string, from: number): number {
  const most = Math.min(a.length, b.length) - from;
  let same = 0;
  while (same < most && a.charCodeAt(a.length - 1 - same) === b.charCodeAt(b.length - 1 - same)) same++;
  return isTorn(a, a.length - same) || isTorn(b, b.length - same) ? same - 1 : same;
}

/** A character of two halves is not torn apart: the halves alone cannot be stored. */
function isTorn(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

export const isTextPart = (value: unknown): value is TextPart =>
  typeof value === 'object' && value !== null && 'part' in value && 'from' in value && 'tail' in value;

/** The text before a change, from the text after it. */
export function textBefore(after: unknown, [before]: readonly [unknown, unknown]): unknown {
  if (!isTextPart(before)) return before;
  if (typeof after !== 'string') return before.part;
  const { from, tail, part } = before;
  return after.slice(0, from) + part + after.slice(after.length - tail);
}
