import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, json, longText, text } from '#kernel/resource/fields.js';
import type { Condition } from '../domain/condition.js';

export const Segment = defineResource('segment', {
  description: 'A group of people described by a condition. Who belongs to it follows by itself.',
  table: 'marketing.segments',
  scope: everyone,
  operations: ['list', 'get', 'update'],
  fields: {
    name: text(120, { required: true, search: true, unique: true }),
    description: longText(),
    condition: json<Condition, { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'The tree of conditions; changed by redefining.',
    }),
    status: choice(['live', 'archived'], { required: true, default: 'live', writer: 'system' }),
    revision: integer({ required: true, default: 1, writer: 'system', description: 'Grows with each new condition.' }),
    builtRevision: integer({
      required: true,
      default: 0,
      writer: 'system',
      description: 'The revision memberships were first built for. Until it is the current one, entering starts nothing.',
    }),
    memberCount: integer({ required: true, default: 0, writer: 'system', description: 'Members when last counted.' }),
    evaluatedAt: instant({ writer: 'system', description: 'When all people were last looked at.' }),
  },
});
export type Segment = Row<typeof Segment>;
