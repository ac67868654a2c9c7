import { propertyAt } from './evaluate-condition.js';
import type { JourneyDefinition, Reentry, Step } from './journey-definition.js';
import { after, isZone, nextLocalTime } from './times.js';

/** What starts an enrolment. */
export interface TriggerOccurrence {
  /** Id of the event or of the segment entry. */
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Until when a waiting step holds a person up, or null when it does not. */
export function waitsUntil(step: Step, now: Date, zone: string): Date | null {
  if (step.kind === 'wait') return after(now, step.duration, zone);
  if (step.kind !== 'wait_until') return null;
  const moment = nextLocalTime(now, step, zone);
  return moment > now ? moment : null;
}

/** The person's own zone when it is known and real, else that of the journey. */
export const zoneOf = (definition: JourneyDefinition, own: string | null): string =>
  own !== null && isZone(own) ? own : definition.timeZone;

/**
 * The key under which a person enters; a second entry under the same key is none. Null when a key is asked for
 * and the event has none: then nobody enters, for nobody could tell a repeat.
 */
export function entryKey(reentry: Reentry, occurrence: TriggerOccurrence): string | null {
  if (reentry.kind === 'once') return 'once';
  if (reentry.kind !== 'per_key') return occurrence.id;
  const key = propertyAt(occurrence.properties, reentry.property);
  return typeof key === 'string' || typeof key === 'number' ? `${typeof key}:${key}`.slice(0, 200) : null;
}
