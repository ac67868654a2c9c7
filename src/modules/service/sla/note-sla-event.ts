import type { JsonValue } from '#kernel/pure/json.js';
import type { Work } from '#kernel/usecase/work.js';
import { SlaBreached } from '../events.js';
import { SlaEvent } from './sla-event.resource.js';
import type { CaseTimer } from './case-timer.resource.js';

type Subject = Pick<CaseTimer, 'id' | 'caseId' | 'ownerId'>;

interface Line {
  readonly kind: SlaEvent['kind'];
  /** Now when left out. */
  readonly at?: Date;
  readonly data?: JsonValue;
}

/** Adds a line to the history of a clock. */
export async function noteSlaEvent(work: Work, timer: Subject, { kind, at: happenedAt = work.now, data = null }: Line): Promise<void> {
  const events = work.system.repo(SlaEvent);
  const { id: timerId, caseId, ownerId } = timer;
  const last = await events.first({ timerId }, { orderBy: ['-seq'] });
  await events.create({ timerId, caseId, ownerId, seq: (last?.seq ?? 0) + 1, kind, happenedAt, data });
}

/** A breach is told once, whoever finds it first: the worker, or the answer that came too late. */
export async function noteBreach(work: Work, timer: Subject & Pick<CaseTimer, 'metric'>, breachedAt: Date): Promise<void> {
  await noteSlaEvent(work, timer, { kind: 'breach', at: breachedAt });
  const { id: timerId, caseId, metric } = timer;
  await work.emit(SlaBreached, { caseId, timerId, metric, breachedAt }, { resource: 'case', id: caseId });
}
