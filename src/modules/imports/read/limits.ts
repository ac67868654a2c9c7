/** What one import may bring. Larger loads are split by who sends them. */
export const limits = {
  fileBytes: 20 * 1024 * 1024,
  totalBytes: 50 * 1024 * 1024,
  rows: 1_000_000,
  columns: 200,
  cellCharacters: 100_000,
} as const;
