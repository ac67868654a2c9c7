/** How many letters have to be put in, left out, changed or swapped with their neighbour to come from one word to the other (Damerau-Levenshtein). */
export function distance(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, i) => i);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1;
      let best = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + cost);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) best = Math.min(best, at(before, j - 2) + 1);
      row.push(best);
    }
    [before, above] = [above, row];
  }
  return at(above, right.length);
}
const at = (row: readonly number[], i: number) => row[i] ?? 0;

/** The word that was probably meant; null when none is near enough. Short words differ by less. */
export function nearest(value: string, words: readonly string[], most = 2): string | null {
  const meant = value.toLowerCase();
  let found: { readonly word: string; readonly by: number } | null = null;
  for (const word of words) {
    if (word === value || Math.abs(word.length - value.length) > most) continue;
    const by = distance(meant, word.toLowerCase());
    if (by <= Math.min(most, Math.floor(word.length / 3)) && (found === null || by < found.by)) found = { word, by };
  }
  return found?.word ?? null;
}
