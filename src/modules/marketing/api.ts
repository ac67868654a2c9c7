import type { JsonObject } from '#kernel/pure/json.js';
import type { Work } from '#kernel/usecase/work.js';
import { keepEvent } from './event/keep-event.js';
import { SegmentMember } from './segment/segment-member.resource.js';

export interface InternalEvent {
  /** The telling module; ids are unique within it. */
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly contactId: string;
  readonly occurredAt?: Date;
  readonly properties?: JsonObject;
}

/** Tells of something a person did inside this system, on the same path as events from outside. Told twice it counts once. */
export async function tellEvent(work: Work, event: InternalEvent): Promise<void> {
  await keepEvent(work, event);
}

/** Whether a person belongs to a segment, as far as it has been evaluated. */
export async function isMember(work: Work, segmentId: string, contactId: string): Promise<boolean> {
  return (await work.system.repo(SegmentMember).first({ segmentId, contactId, leftAt: null })) !== null;
}
