import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, integer, json, longText, ref, text } from '#kernel/resource/fields.js';
import type { JourneyDefinition } from '../domain/journey-definition.js';

export const Journey = defineResource('journey', {
  description:
    'A trigger campaign: something happens, a condition is asked, time passes, an e-mail goes out. The draft is edited, published versions never change.',
  table: 'marketing.journeys',
  scope: everyone,
  operations: ['list', 'get', 'update'],
  fields: {
    name: text(120, { required: true, search: true, unique: true }),
    description: longText(),
    status: choice(['draft', 'live', 'paused', 'archived'], {
      required: true,
      default: 'draft',
      writer: 'system',
      description: 'Paused: nobody enters, nobody moves on, nobody is lost. Archived: everybody leaves.',
    }),
    draft: json<JourneyDefinition, { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'What the next publication will say.',
    }),
    liveVersionNumber: integer({ writer: 'system', description: 'Version new entries run on.' }),
    triggerEvent: text(100, { writer: 'system', index: true, description: 'Event type that starts the live version.' }),
    triggerSegmentId: ref('segment', {
      writer: 'system',
      inverse: 'journeys',
      description: 'Segment whose entry starts the live version.',
    }),
  },
});
export type Journey = Row<typeof Journey>;
