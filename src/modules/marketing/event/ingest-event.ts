import { conflict, invalid } from '#kernel/errors/domain-error.js';
import type { JsonObject } from '#kernel/pure/json.js';
import { boolean, choice, email, instant, json, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { EVENT_TYPE } from '../domain/read-condition.js';
import { keepEvent, type ToldEvent } from './keep-event.js';

const told = {
  id: text(128, { required: true, description: 'Your id of the event. Telling it again changes nothing.' }),
  source: text(60, { description: 'Your system, when several tell events. `api` when left out.' }),
  type: text(100, { required: true, description: 'What happened: order.placed.' }),
  contactId: ref('contact', { unread: true, description: 'Who did it, by id.' }),
  email: email({ description: 'Who did it, by address. Kept even when nobody known has it.' }),
  occurredAt: instant({ description: 'When, by your clock. Now when left out.' }),
  sentAt: instant({ description: 'When you sent this, by your clock: sets `occurredAt` right.' }),
  properties: json<JsonObject>({ description: 'What else is known of it; conditions and templates can use it.' }),
} as const;

const errors = {
  'tracked_event.id_reused': 'An event of this id was told before, and it was another one.',
  'tracked_event.contact_unknown': 'There is no contact of this id.',
  'tracked_event.malformed': 'The type is no dotted word, or the properties are no object.',
} as const;

export const ingestEvent = defineCommand({
  name: 'tracked_event.ingest',
  summary: 'Tell that a person did something.',
  description:
    'Accepted means kept: what follows from the event happens even if everything stops now. The same id twice counts once; the same id with another body is refused.',
  graphql: 'ingestEvent',
  rest: { path: '/events', status: 202 },
  input: told,
  output: {
    eventId: ref('tracked_event', { required: true }),
    result: choice(['accepted', 'duplicate'], { required: true }),
    matched: boolean({ required: true, description: 'Whether a known contact did it.' }),
  },
  errors,
  async run(input, work) {
    const malformed = shapeProblem(input);
    if (malformed) throw invalid('tracked_event.malformed', errors['tracked_event.malformed'], { errors: [malformed] });
    const kept = await keepEvent(work, input);
    if (kept.result !== 'rejected') return kept;
    throw kept.code === 'tracked_event.id_reused'
      ? conflict(kept.code, errors[kept.code])
      : invalid(kept.code, errors[kept.code], { errors: [{ path: '/contactId', code: 'not_found', message: 'names no contact' }] });
  },
});

export const ingestEvents = defineCommand({
  name: 'tracked_event.ingest_batch',
  summary: 'Tell up to 500 events at once.',
  description: 'Each is answered for itself, in order; what is refused does not hold up the others.',
  graphql: 'ingestEvents',
  rest: { path: '/events/batch', status: 202 },
  input: { events: list(object(told, { name: 'EventInput' }), { required: true, max: 500 }) },
  output: {
    results: list(
      object(
        {
          id: text(128, { required: true }),
          result: choice(['accepted', 'duplicate', 'rejected'], { required: true }),
          eventId: ref('tracked_event'),
          code: text(60, { description: 'Why it was refused.' }),
        },
        { name: 'EventResult' },
      ),
      { required: true },
    ),
  },
  errors,
  async run({ events }, work) {
    const results: { id: string; result: 'accepted' | 'duplicate' | 'rejected'; eventId?: string; code?: string }[] = [];
    for (const event of events) results.push({ id: event.id, ...(await answer(work, event)) });
    return { results };
  },
});

async function answer(
  work: Work,
  event: ToldEvent,
): Promise<{ result: 'accepted' | 'duplicate' | 'rejected'; eventId?: string; code?: string }> {
  if (shapeProblem(event)) return { result: 'rejected', code: 'tracked_event.malformed' };
  const kept = await keepEvent(work, event);
  return kept.result === 'rejected' ? kept : { result: kept.result, eventId: kept.eventId };
}

function shapeProblem({ type, properties }: ToldEvent) {
  if (!EVENT_TYPE.test(type)) return { path: '/type', code: 'malformed', message: 'must be a word such as order.placed' };
  const isObject = properties === null || properties === undefined || (typeof properties === 'object' && !Array.isArray(properties));
  return isObject ? null : { path: '/properties', code: 'not_an_object', message: 'must be an object' };
}
