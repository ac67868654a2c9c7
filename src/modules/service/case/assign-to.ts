import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { CaseAssigned } from '../events.js';
import { Case } from './case.resource.js';

export interface Assignment {
  readonly ownerId: string | null;
  readonly teamId: string | null;
}

/** Gives a case to somebody, or back to a queue. What belongs to the case goes with it. */
export async function assignTo(work: Work, kase: Case, { ownerId, teamId }: Assignment): Promise<Case> {
  if (kase.ownerId === ownerId && kase.teamId === teamId) return kase;
  const assigned = await work.system.repo(Case).update(kase.id, { ownerId, teamId });
  if (kase.ownerId !== ownerId) await partsFollow(work, kase.id, ownerId);
  const previous = { previousOwnerId: kase.ownerId, previousTeamId: kase.teamId };
  await work.emit(CaseAssigned, { caseId: kase.id, ownerId, teamId, ...previous }, { resource: 'case', id: kase.id });
  return assigned;
}

/** Rights of reach `own` and `team` on the parts of a case are judged by its owner, so each part names him. No audit: the case's own tells. */
async function partsFollow(work: Work, caseId: string, ownerId: string | null): Promise<void> {
  const tenantId = work.tenantId;
  await work.system.rows(sql`
    with messages as (update service.case_messages set owner_id = ${ownerId} where tenant_id = ${tenantId} and case_id = ${caseId}),
         segments as (update service.case_segments set owner_id = ${ownerId} where tenant_id = ${tenantId} and case_id = ${caseId}),
         timers as (update service.case_timers set owner_id = ${ownerId} where tenant_id = ${tenantId} and case_id = ${caseId}),
         events as (update service.sla_events set owner_id = ${ownerId} where tenant_id = ${tenantId} and case_id = ${caseId}),
         effects as (update service.escalation_effects set owner_id = ${ownerId} where tenant_id = ${tenantId} and case_id = ${caseId})
    update service.escalations set owner_id = ${ownerId} where tenant_id = ${tenantId} and case_id = ${caseId}`);
}
