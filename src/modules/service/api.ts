import type { Work } from '#kernel/usecase/work.js';
import { Case } from './case/case.resource.js';
import { startCase, type NewCase } from './case/start-case.js';
import type { CaseState, Priority } from './domain/case-states.js';

export type { NewCase } from './case/start-case.js';

/** What other modules may know of a case. */
export interface CaseCard {
  readonly id: string;
  readonly number: string;
  readonly subject: string;
  readonly status: CaseState;
  readonly priority: Priority;
  readonly accountId: string | null;
  readonly contactId: string | null;
  readonly ownerId: string | null;
}

/** Opens a case in the caller's transaction: its clocks start with it. The relations must be visible to the actor. */
export const openCaseFor = async (work: Work, wanted: NewCase): Promise<CaseCard> => card(await startCase(work, wanted));

/** The case, if there is one and the actor may see it. */
export async function caseCard(work: Work, caseId: string): Promise<CaseCard | null> {
  const kase = await work.repo(Case).find(caseId);
  return kase && card(kase);
}

const card = ({ id, number, subject, status, priority, accountId, contactId, ownerId }: Case): CaseCard => ({
  id,
  number,
  subject,
  status,
  priority,
  accountId,
  contactId,
  ownerId,
});
