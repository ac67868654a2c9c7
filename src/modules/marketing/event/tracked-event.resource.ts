import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import type { JsonObject } from '#kernel/pure/json.js';
import { email, instant, json, ref, text } from '#kernel/resource/fields.js';

export const TrackedEvent = defineResource('tracked_event', {
  description:
    'Something a person did, as a shop, web site or another system told it: an order placed, a cart abandoned. Written once, by ingestion.',
  table: 'marketing.events',
  scope: everyone,
  large: true,
  operations: ['list', 'get'],
  fields: {
    source: text(60, { required: true, writer: 'system', description: 'The system that told it. Event ids are unique within a source.' }),
    eventId: text(128, { required: true, writer: 'system', description: 'Id the source gave the event; tells a repeat from a new event.' }),
    type: text(100, {
      required: true,
      writer: 'system',
      index: true,
      description: 'What happened, in the words of the source: order.placed.',
    }),
    contactId: ref('contact', {
      writer: 'system',
      inverse: 'events',
      onDelete: 'cascade',
      description: 'Who did it; empty when nobody known has the address.',
    }),
    email: email({ personal: true, writer: 'system', description: 'The address the source knows the person by.' }),
    occurredAt: instant({
      required: true,
      writer: 'system',
      description: "When it happened, set right by the error of the source's clock.",
    }),
    receivedAt: instant({ required: true, writer: 'system' }),
    properties: json<JsonObject, { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'What else is known of it.',
    }),
    bodyHash: text(64, { required: true, writer: 'system', hidden: true }),
  },
  unique: [{ fields: ['source', 'eventId'], code: 'already_told' }],
  indexes: [['contactId', 'type', 'occurredAt']],
});
export type TrackedEvent = Row<typeof TrackedEvent>;
