/** In the order of an import's life. `queued` belongs to imports that are begun in one go. */
export const importStates = [
  'receiving',
  'uploaded',
  'analysed',
  'mapped',
  'dry_running',
  'ready',
  'queued',
  'running',
  'paused',
  'finished',
  'partly',
  'failed',
  'cancelled',
  'reverting',
  'reverted',
  'revert_partly',
] as const;
export type ImportState = (typeof importStates)[number];

/** What may be asked of an import, and in which states. */
export const mayIn = {
  map: ['uploaded', 'analysed', 'mapped', 'ready'],
  dryRun: ['mapped', 'ready'],
  start: ['mapped', 'ready'],
  pause: ['running'],
  /** A failed one only when it broke off. */
  resume: ['paused', 'failed'],
  cancel: ['receiving', 'uploaded', 'analysed', 'mapped', 'dry_running', 'ready', 'queued', 'running', 'paused'],
  revert: ['finished', 'partly', 'cancelled', 'failed', 'paused', 'revert_partly'],
} as const satisfies Record<string, readonly ImportState[]>;
export type ImportVerb = keyof typeof mayIn;

export const may = (verb: ImportVerb, state: string): boolean => mayIn[verb].some((one) => one === state);
/** States in which a worker goes on with an import by itself. */
export const isUnderWay = (state: string): boolean => ['uploaded', 'queued', 'running', 'dry_running', 'reverting'].includes(state);
