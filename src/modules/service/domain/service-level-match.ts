import type { CaseState } from './case-states.js';
import { isOver } from './case-states.js';

export const METRICS = ['first_response', 'resolution'] as const;
export type Metric = (typeof METRICS)[number];

/** What a service level asks of a case; an empty field asks nothing. */
export interface LevelRule {
  readonly id: string;
  readonly rank: number;
  readonly accountId: string | null;
  readonly teamId: string | null;
  readonly caseType: string | null;
}
export interface CaseFacts {
  readonly accountId: string | null;
  readonly teamId: string | null;
  readonly type: string;
}

/** The first service level, lowest rank first, all of whose conditions hold. */
export function matchLevel<L extends LevelRule>(levels: readonly L[], facts: CaseFacts): L | null {
  const fits = (level: L) =>
    (level.accountId === null || level.accountId === facts.accountId) &&
    (level.teamId === null || level.teamId === facts.teamId) &&
    (level.caseType === null || level.caseType === facts.type);
  return [...levels].sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1)).find(fits) ?? null;
}

/** Whether a metric's clock runs while a case is in `state`. */
export const runsIn = (state: CaseState, pausesIn: readonly string[]): boolean => !isOver(state) && !pausesIn.includes(state);

export interface MessageFacts {
  readonly audience: 'customer' | 'internal';
  readonly direction: 'outbound' | 'inbound' | 'note';
  /** Written by a person, not by a rule or an integration on its own. */
  readonly byHuman: boolean;
  /** "We are looking into it": polite, but no answer. */
  readonly holding: boolean;
  readonly body: string;
}

/** Only a person's real answer to the customer counts: no note, receipt or holding reply does. */
export const isQualifyingResponse = (message: MessageFacts): boolean =>
  message.audience === 'customer' &&
  message.direction === 'outbound' &&
  message.byHuman &&
  !message.holding &&
  message.body.trim().length > 0;
