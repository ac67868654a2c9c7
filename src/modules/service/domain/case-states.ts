export const CASE_STATES = [
  'new',
  'open',
  'pending_customer',
  'pending_third_party',
  'pending_internal',
  'scheduled',
  'resolved',
  'closed',
  'merged',
  'cancelled',
] as const;
export type CaseState = (typeof CASE_STATES)[number];

export const CASE_TYPES = ['incident', 'question', 'request', 'complaint', 'return'] as const;
export type CaseType = (typeof CASE_TYPES)[number];

const PENDING = ['pending_customer', 'pending_third_party', 'pending_internal'] as const;

/** Where a case may go from each state. */
const allowed: Readonly<Record<CaseState, readonly CaseState[]>> = {
  new: ['open', ...PENDING, 'scheduled', 'resolved', 'merged', 'cancelled'],
  open: [...PENDING, 'scheduled', 'resolved', 'merged', 'cancelled'],
  pending_customer: ['open', ...PENDING, 'scheduled', 'resolved', 'merged', 'cancelled'],
  pending_third_party: ['open', ...PENDING, 'scheduled', 'resolved', 'merged', 'cancelled'],
  pending_internal: ['open', ...PENDING, 'scheduled', 'resolved', 'merged', 'cancelled'],
  scheduled: ['open', ...PENDING, 'resolved', 'merged', 'cancelled'],
  resolved: ['open', 'closed', 'merged'],
  closed: ['open'],
  merged: [],
  cancelled: ['open'],
};

export const nextStates = (from: CaseState): readonly CaseState[] => allowed[from];
export const mayMove = (from: CaseState, to: CaseState): boolean => allowed[from].includes(to);

/** No clock runs in these: the work is done, or will not be. */
export const isOver = (state: CaseState): boolean =>
  state === 'resolved' || state === 'closed' || state === 'merged' || state === 'cancelled';
export const isPending = (state: CaseState): boolean => PENDING.some((pending) => pending === state);

export const PRIORITIES = ['p1', 'p2', 'p3', 'p4', 'p5'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** One step more urgent; null at the top. */
export const raised = (priority: Priority): Priority | null => PRIORITIES[PRIORITIES.indexOf(priority) - 1] ?? null;

const REOPEN_WINDOW_MS = 7 * 86_400_000;

/** A customer who comes back soon reopens the case; later it is a new one that follows the old. */
export const comesBackInTime = (endedAt: Date, now: Date): boolean => now.getTime() - endedAt.getTime() <= REOPEN_WINDOW_MS;
