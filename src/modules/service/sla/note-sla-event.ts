import type { JsonValue } from '#kernel/pure/json.js';
import type { Work } from '#kernel/usecase/work.js';
import { SlaBreached } from '../events.js';
import { SlaEvent } from './sla-event.resource.js';
import type { CaseTimer } from './case-timer.resource.js';

type Kind = SlaEvent['kind'];
type Subject = Pick<CaseTimer, 'id' | 'caseId' | 'ownerId'>;

/** Adds a line to the history of a clock. */
export async function noteSlaEvent(work: Work, timer: Subject, kind: Kind, happenedAt: Date, data: JsonValue | null = null): Promise<void> {
  await work.system.repo(SlaEvent).create({ timerId: timer.id, caseId: timer.caseId, ownerId: timer.ownerId, kind, happenedAt, data });
}

/** A breach is told once, whoever finds it first: the worker, or the answer that came too late. */
export async function noteBreach(work: Work, timer: Subject & Pick<CaseTimer, 'metric'>, breachedAt: Date): Promise<void> {
  await noteSlaEvent(work, timer, 'breach', breachedAt);
  const { id: timerId, caseId, metric } = timer;
  await work.emit(SlaBreached, { caseId, timerId, metric, breachedAt }, { resource: 'case', id: caseId });
}
