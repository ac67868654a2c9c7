import { defineResource, everyone } from '../resource/define-resource.js';
import { choice, integer } from '../resource/fields.js';

export const AuditRetention = defineResource('audit_retention', {
  description: 'How long entries of a class of the audit are kept. Without one: changes for ever, access 24 months, exports 36 months.',
  table: 'audit.retentions',
  scope: everyone,
  fields: {
    class: choice(['change', 'access', 'export'], {
      required: true,
      description: 'The class it is about. Of several rules for one class the longest counts.',
    }),
    months: integer({ min: 1, max: 1200, description: 'How many months; empty for ever.' }),
  },
});

/** What counts where a company has said nothing; null is for ever. */
export const usualMonths = { change: null, access: 24, export: 36 } as const;
