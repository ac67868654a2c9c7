/** What one import may bring. Larger loads are split by who sends them. */
export const limits = {
  fileBytes: 1024 * 1024 * 1024,
  totalBytes: 2 * 1024 * 1024 * 1024,
  rows: 10_000_000,
  columns: 500,
  cellCharacters: 1_000_000,
  tables: 200,
} as const;

/** What a workbook may be, so that a small file cannot become a huge one. */
export const workbookLimits = {
  entries: 2_000,
  expandedBytes: 512 * 1024 * 1024,
  ratio: 100,
  /** Entries smaller than this may shrink as they like: a sheet of zeros harms nobody. */
  ratioFrom: 1024 * 1024,
  memoryMegabytes: 384,
} as const;
export type WorkbookLimits = { readonly [K in keyof typeof workbookLimits]: number };
