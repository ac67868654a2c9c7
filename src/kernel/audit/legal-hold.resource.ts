import { defineResource, everyone, type Row } from '../resource/define-resource.js';
import { instant, text } from '../resource/fields.js';

export const LegalHold = defineResource('legal_hold', {
  description: 'While it is open nothing of the audit it covers goes, however old, and nobody is erased from it.',
  table: 'audit.legal_holds',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    name: text(120, { required: true, writer: 'system', description: 'What it is called: a file number.' }),
    recordId: text(36, { writer: 'system', index: true, description: 'The record it is about; empty: everything.' }),
    reason: text(500, { required: true, writer: 'system', description: 'Why it was placed.' }),
    placedAt: instant({ required: true, writer: 'system', description: 'Since when.' }),
    liftedAt: instant({ writer: 'system', description: 'Until when; empty while it is open.' }),
    liftReason: text(500, { writer: 'system', description: 'Why it was lifted.' }),
  },
});
export type LegalHold = Row<typeof LegalHold>;
