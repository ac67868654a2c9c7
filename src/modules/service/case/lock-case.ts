import { conflict, invalid } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { isOver, nextStates } from '../domain/case-states.js';
import { Case } from './case.resource.js';

/** The case, held until the transaction ends: all changes of one case happen one after the other. */
export const lockCase = (work: Work, caseId: string): Promise<Case> => work.repo(Case).lock(caseId);

/** Refuses work on a case that is closed, cancelled or merged. A resolved one may still be spoken on. */
export function expectOpenForWords(kase: Case): void {
  if (!isOver(kase.status) || kase.status === 'resolved') return;
  throw conflict('case.is_over', `The case is ${kase.status}; reopen it first.`, { status: kase.status, allowed: nextStates(kase.status) });
}
export const overErrors = { 'case.is_over': 'The case is closed, cancelled or merged.' } as const;

/** The time of an event that was recorded later; now when left out. */
export function eventTime(work: Work, at: Date | null | undefined, notBefore: Date | null): Date {
  if (!at) return work.now;
  if (at > work.now || (notBefore && at < notBefore)) {
    throw invalid('case.time_invalid', timeErrors['case.time_invalid'], {
      notBefore: notBefore?.toISOString() ?? null,
      notAfter: work.now.toISOString(),
    });
  }
  return at;
}
export const timeErrors = { 'case.time_invalid': 'The time lies in the future, or before the case was opened.' } as const;
