import type { Work } from '#kernel/usecase/work.js';
import { assignTo } from '../case/assign-to.js';
import { Case } from '../case/case.resource.js';
import { changePriorityTo } from '../case/change-priority-to.js';
import { raised } from '../domain/case-states.js';
import type { EscalationAction } from '../domain/escalation-actions.js';
import { escalationNotice } from '../domain/notice-text.js';
import { Notification } from '../notification/notification.resource.js';
import { activeUser, recipients, teamExists } from '../notification/recipients.js';
import type { Escalation } from './escalation.resource.js';
import type { CaseTimer } from './case-timer.resource.js';

export interface Rung {
  readonly row: Escalation;
  readonly level: number;
  readonly actions: readonly EscalationAction[];
}

export interface Firing {
  readonly kase: Case;
  readonly timer: CaseTimer;
  readonly rung: Rung;
  /** A higher rung speaks for this one. */
  readonly silent: boolean;
  /** The rungs this one speaks for. */
  readonly others: readonly Rung[];
}

export interface Outcome {
  readonly outcome: 'done' | 'collapsed' | 'failed';
  readonly detail: string | null;
}

/** Carries out one action of a rung. What cannot be done is written down and stands in nobody's way. */
export async function act(work: Work, firing: Firing, action: EscalationAction, effectId: string): Promise<Outcome> {
  if (action.kind === 'notify')
    return firing.silent ? { outcome: 'collapsed', detail: 'told by a higher level' } : tell(work, firing, action, effectId);
  // An earlier action may have changed the case.
  const kase = await work.system.repo(Case).get(firing.kase.id);
  return action.kind === 'reassign' ? reassign(work, kase, action) : raisePriority(work, kase);
}

async function tell(work: Work, { kase, timer, rung, others }: Firing, action: EscalationAction, effectId: string): Promise<Outcome> {
  const fresh = await work.system.repo(Case).get(kase.id);
  const people = await recipients(work, fresh, action);
  if (people.length === 0) return { outcome: 'failed', detail: `nobody to tell: ${action.to ?? 'no recipient'}` };
  const facts = {
    number: fresh.number,
    subject: fresh.subject,
    metric: timer.metric,
    level: rung.level,
    dueAt: timer.dueAt,
    breachedAt: timer.breachedAt,
    levels: others.map((o) => o.level),
  };
  await work.system.repo(Notification).createMany(
    people.map(({ id, locale, timeZone }) => ({
      userId: id,
      kind: 'escalation' as const,
      caseId: fresh.id,
      effectId,
      ...escalationNotice(facts, locale, timeZone),
    })),
  );
  return { outcome: 'done', detail: `told ${people.length}` };
}

async function reassign(work: Work, kase: Case, { userId, teamId }: EscalationAction): Promise<Outcome> {
  if (userId && (await activeUser(work, userId)).length === 0) return { outcome: 'failed', detail: 'the user is not active' };
  if (teamId && !(await teamExists(work, teamId))) return { outcome: 'failed', detail: 'the team is gone' };
  await assignTo(work, kase, { ownerId: userId ?? null, teamId: teamId ?? kase.teamId });
  return { outcome: 'done', detail: null };
}

async function raisePriority(work: Work, kase: Case): Promise<Outcome> {
  const to = raised(kase.priority);
  if (to === null) return { outcome: 'done', detail: 'already the most urgent' };
  await changePriorityTo(work, kase, to, 'escalation');
  return { outcome: 'done', detail: `${kase.priority} to ${to}` };
}
