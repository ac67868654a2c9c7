/** Shares below this count as this, so that a value that is new or gone does not make the index infinite. */
const least = 0.0001;

/** Population stability index of two distributions over the same classes: above 0.2 they differ. */
export function stabilityIndex(expected: readonly number[], actual: readonly number[]): number {
  const [before, after] = [shares(expected), shares(actual)];
  return before.reduce((sum, e, i) => sum + ((after[i] ?? least) - e) * Math.log((after[i] ?? least) / e), 0);
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.max(least, total === 0 ? 0 : count / total));
}
