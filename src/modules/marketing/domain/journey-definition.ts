import type { Condition, PropertyTest } from './condition.js';
import { Reading, type Json, type Outcome } from './problems.js';
import { EVENT_TYPE, readCondition, readTests } from './read-condition.js';
import { isZone } from './times.js';

/** What a journey does, from the trigger to the last step. Published, it never changes again. */
export interface JourneyDefinition {
  readonly trigger: EventTrigger | SegmentTrigger;
  /** How often the same person may enter. */
  readonly reentry: Reentry;
  /** Who is let in. */
  readonly condition?: Condition;
  /** Event types that end the journey at once: its goal, or a reason not to go on. */
  readonly exitOn: readonly string[];
  /** Purpose the contact must have consented to, for e-mail. */
  readonly purpose: string;
  readonly from: { readonly name?: string; readonly address: string };
  /** Zone of people whose own is not known. */
  readonly timeZone: string;
  /** A mail that could not go out within this time does not go out at all. */
  readonly sendWithin: string;
  readonly steps: readonly Step[];
}

export interface EventTrigger {
  readonly kind: 'event';
  readonly event: string;
  readonly where?: readonly PropertyTest[];
  /** Events told later than this after they happened start nothing. */
  readonly maxLateness: string;
}
export interface SegmentTrigger {
  readonly kind: 'segment_entered';
  readonly segmentId: string;
}

/** `once` in a lifetime, `one_active` at a time, once `per_key` found in the event, or on `every` occurrence. */
export type Reentry = { readonly kind: 'once' | 'one_active' | 'every' } | { readonly kind: 'per_key'; readonly property: string };

export type Step =
  | { readonly id: string; readonly kind: 'wait'; readonly duration: string }
  | { readonly id: string; readonly kind: 'wait_until'; readonly time: string; readonly weekdays?: readonly number[] }
  | { readonly id: string; readonly kind: 'condition'; readonly when: Condition }
  | { readonly id: string; readonly kind: 'email'; readonly templateId: string };

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ADDRESS = /^[^\s<>,;:"'()[\]\\@]+@[^\s<>,;:"'()[\]\\@]+\.[^\s<>,;:"'()[\]\\@]+$/;
const FIELDS = ['trigger', 'reentry', 'condition', 'exitOn', 'purpose', 'from', 'timeZone', 'sendWithin', 'steps'];

/** An untrusted definition, or all that is wrong with it, each with a pointer below `path`. */
export function readJourney(input: unknown, path = ''): Outcome<JourneyDefinition> {
  const r = new Reading();
  const o = r.object(input, path, FIELDS);
  const value = o && journeyOf(r, o, path);
  return value && r.problems.length === 0 ? { value } : { problems: r.problems };
}

/** What is missing has been noted in `r`, so that an incomplete value is never used. */
function journeyOf(r: Reading, o: Json, path: string): JourneyDefinition | undefined {
  const entry = entryOf(r, o, path);
  const mail = mailOf(r, o, path);
  const exitOn = r
    .list(o['exitOn'] ?? [], `${path}/exitOn`, { min: 0, max: 20 })
    ?.map((type, i) => eventType(r, type, `${path}/exitOn/${i}`) ?? '');
  const steps = stepsOf(r, o['steps'], `${path}/steps`);
  return entry && mail && exitOn && steps && { ...entry, exitOn, ...mail, steps };
}

function entryOf(r: Reading, o: Json, path: string): Pick<JourneyDefinition, 'trigger' | 'reentry' | 'condition'> | undefined {
  const trigger = triggerOf(r, o['trigger'], `${path}/trigger`);
  const reentry = reentryOf(r, o['reentry'] ?? { kind: 'once' }, `${path}/reentry`);
  if (trigger?.kind === 'segment_entered' && reentry?.kind === 'per_key')
    r.note(`${path}/reentry`, 'needs_event', 'a key is found in events only');
  const condition = o['condition'] === undefined ? undefined : conditionOf(r, o['condition'], `${path}/condition`);
  return trigger && reentry && { trigger, reentry, ...(condition ? { condition } : {}) };
}

function mailOf(r: Reading, o: Json, path: string): Pick<JourneyDefinition, 'purpose' | 'from' | 'timeZone' | 'sendWithin'> | undefined {
  const purpose = r.text(o['purpose'], `${path}/purpose`, { max: 60 });
  const from = sender(r, o['from'], `${path}/from`);
  const timeZone = zone(r, o['timeZone'] ?? 'Europe/Berlin', `${path}/timeZone`);
  const sendWithin = r.duration(o['sendWithin'] ?? 'P3D', `${path}/sendWithin`);
  if (!purpose || !from || !timeZone || !sendWithin) return undefined;
  return { purpose, from, timeZone, sendWithin };
}

const eventType = (r: Reading, value: unknown, path: string) => r.text(value, path, { max: 100, pattern: EVENT_TYPE });

function triggerOf(r: Reading, input: unknown, path: string): JourneyDefinition['trigger'] | undefined {
  const o = r.object(input, path, ['kind', 'event', 'where', 'maxLateness', 'segmentId']);
  const kind = o && r.word(o['kind'], `${path}/kind`, ['event', 'segment_entered']);
  if (!o || !kind) return undefined;
  if (kind === 'segment_entered') {
    const segmentId = r.text(o['segmentId'], `${path}/segmentId`, { max: 36, pattern: ID });
    return segmentId === undefined ? undefined : { kind, segmentId };
  }
  const event = eventType(r, o['event'], `${path}/event`);
  const where = readTests(r, o['where'], `${path}/where`);
  const maxLateness = r.duration(o['maxLateness'] ?? 'PT15M', `${path}/maxLateness`);
  return event && maxLateness ? { kind, event, maxLateness, ...(where ? { where } : {}) } : undefined;
}

function reentryOf(r: Reading, input: unknown, path: string): Reentry | undefined {
  const o = r.object(input, path, ['kind', 'property']);
  const kind = o && r.word(o['kind'], `${path}/kind`, ['once', 'one_active', 'per_key', 'every']);
  if (!o || !kind) return undefined;
  if (kind !== 'per_key') return { kind };
  const property = r.text(o['property'], `${path}/property`, { max: 200 });
  return property === undefined ? undefined : { kind, property };
}

function conditionOf(r: Reading, input: unknown, path: string): Condition | undefined {
  const outcome = readCondition(input, path);
  if ('value' in outcome) return outcome.value;
  r.problems.push(...outcome.problems);
  return undefined;
}

function sender(r: Reading, input: unknown, path: string): JourneyDefinition['from'] | undefined {
  const o = r.object(input, path, ['name', 'address']);
  const address = o && r.text(o['address'], `${path}/address`, { max: 254, pattern: ADDRESS });
  const name = o?.['name'] === undefined ? undefined : r.text(o['name'], `${path}/name`, { max: 120 });
  return address === undefined ? undefined : { address, ...(name === undefined ? {} : { name }) };
}

function zone(r: Reading, input: unknown, path: string): string | undefined {
  const name = r.text(input, path, { max: 64 });
  return name === undefined || isZone(name) ? name : r.note(path, 'not_a_zone', 'must be a zone such as Europe/Berlin');
}

function stepsOf(r: Reading, input: unknown, path: string): readonly Step[] | undefined {
  const items = r.list(input, path, { max: 40 });
  const steps = items?.map((item, i) => stepOf(r, item, `${path}/${i}`));
  if (!steps?.every((step) => step !== undefined)) return undefined;
  const ids = steps.map((step) => step.id);
  ids.forEach((id, i) => ids.indexOf(id) < i && r.note(`${path}/${i}/id`, 'taken', 'names another step already'));
  return steps;
}

function stepOf(r: Reading, input: unknown, path: string): Step | undefined {
  const o = r.object(input, path, ['id', 'kind', 'duration', 'time', 'weekdays', 'when', 'templateId']);
  const id = o && r.text(o['id'], `${path}/id`, { max: 40, pattern: /^[\w-]+$/ });
  const kind = o && r.word(o['kind'], `${path}/kind`, stepKinds);
  return o && id !== undefined && kind ? stepReaders[kind](r, o, path, id) : undefined;
}

type StepReader = (r: Reading, o: Json, path: string, id: string) => Step | undefined;
const stepReaders: Readonly<Record<Step['kind'], StepReader>> = {
  wait(r, o, path, id) {
    const duration = r.duration(o['duration'], `${path}/duration`);
    return duration === undefined ? undefined : { id, kind: 'wait', duration };
  },
  wait_until: waitUntil,
  condition(r, o, path, id) {
    const when = conditionOf(r, o['when'], `${path}/when`);
    return when && { id, kind: 'condition', when };
  },
  email(r, o, path, id) {
    const templateId = r.text(o['templateId'], `${path}/templateId`, { max: 36, pattern: ID });
    return templateId === undefined ? undefined : { id, kind: 'email', templateId };
  },
};
const stepKinds = Object.keys(stepReaders) as Step['kind'][];

function waitUntil(r: Reading, o: Json, path: string, id: string): Step | undefined {
  const time = r.text(o['time'], `${path}/time`, { max: 5, pattern: /^([01]\d|2[0-3]):[0-5]\d$/ });
  const days = o['weekdays'] === undefined ? undefined : r.list(o['weekdays'], `${path}/weekdays`, { max: 7 });
  const weekdays = days?.map((day, i) => r.integer(day, `${path}/weekdays/${i}`, { min: 1, max: 7 }) ?? 1);
  return time === undefined ? undefined : { id, kind: 'wait_until', time, ...(weekdays ? { weekdays } : {}) };
}
