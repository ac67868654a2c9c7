import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, text } from '#kernel/resource/fields.js';

export const Suppression = defineResource('suppression', {
  description: 'An address nothing is sent to, whatever consents say. Kept as a keyed hash, so that it outlives the erasure of the person.',
  table: 'marketing.suppressions',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    addressHash: text(64, { required: true, unique: true, writer: 'system', description: 'Keyed hash of the address in lower case.' }),
    reason: choice(['dead_address', 'complaint', 'manual'], { required: true, writer: 'system' }),
    note: text(500, { writer: 'system' }),
  },
});
export type Suppression = Row<typeof Suppression>;
