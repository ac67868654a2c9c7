import { nextNumber } from '#kernel/db/number-series.js';
import type { Work } from '#kernel/usecase/work.js';
import type { CaseType, Priority } from '../domain/case-states.js';
import { CaseOpened } from '../events.js';
import { keepTime } from '../jobs/escalate.job.js';
import { attachTimers } from '../sla/attach-timers.js';
import { Case } from './case.resource.js';
import { checkAssignees, checkRelations } from './check-references.js';
import { eventTime } from './lock-case.js';
import { firstSegment } from './move-case.js';

export interface NewCase {
  readonly subject: string;
  readonly description?: string | null | undefined;
  readonly type?: CaseType | null | undefined;
  readonly priority?: Priority | null | undefined;
  readonly accountId?: string | null | undefined;
  readonly contactId?: string | null | undefined;
  readonly productId?: string | null | undefined;
  readonly ownerId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
  readonly channel?: Case['channel'] | null | undefined;
  readonly language?: string | null | undefined;
  /** When the customer asked; now when left out. The clocks start then. */
  readonly receivedAt?: Date | null | undefined;
  readonly followUpOfId?: string | null | undefined;
}

/** Opens a case with its number, its first segment and the clocks its agreement asks for. */
export async function startCase(work: Work, wanted: NewCase): Promise<Case> {
  const relations = await checkRelations(work, wanted);
  await checkAssignees(work, wanted);
  const openedAt = eventTime(work, wanted.receivedAt, null);
  const { subject, description, language, ownerId, teamId, followUpOfId, priority } = wanted;
  const cases = work.system.repo(Case);
  const kase = await cases.create({
    ...relations,
    subject,
    description,
    language,
    ownerId,
    teamId,
    followUpOfId,
    openedAt,
    type: wanted.type ?? 'question',
    priority: priority ?? 'p3',
    prioritySource: priority ? 'manual' : 'default',
    channel: wanted.channel ?? 'web',
    lastCustomerMessageAt: openedAt,
    number: await caseNumber(work),
  });
  await firstSegment(work, kase);
  await attachTimers(work, kase);
  await keepTime(work, kase.id);
  const { id: caseId, number, accountId, contactId } = kase;
  await work.emit(
    CaseOpened,
    { caseId, number, priority: kase.priority, accountId, contactId, openedAt },
    { resource: 'case', id: caseId },
  );
  return kase;
}

async function caseNumber(work: Work): Promise<string> {
  const year = work.now.getUTCFullYear();
  return `${year}-${String(await nextNumber(work, `service.cases.${year}`)).padStart(6, '0')}`;
}
