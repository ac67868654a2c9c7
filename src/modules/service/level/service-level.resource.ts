import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, integer, longText, ref, text } from '#kernel/resource/fields.js';
import { translations } from '#kernel/resource/translations.js';
import { CASE_TYPES } from '../domain/case-states.js';

export const ServiceLevel = defineResource('service_level', {
  description:
    'An agreement on how fast cases are answered and resolved, and which cases it covers. Its targets come into force by `service_level.publish`.',
  table: 'service.service_levels',
  scope: everyone,
  operations: ['list', 'get', 'create', 'update'],
  fields: {
    name: text(120, { required: true, unique: true, search: true, translatable: true }),
    description: longText({ translatable: true }),
    calendarId: ref('business_calendar', {
      required: true,
      description: 'Hours that business clocks count. Takes effect with the next version.',
    }),
    rank: integer({
      required: true,
      default: 100,
      min: 0,
      description: 'Of all agreements that fit a case, the one with the lowest rank holds.',
    }),
    accountId: ref('account', { onDelete: 'cascade', inverse: 'serviceLevels', description: 'Covers only cases of this account.' }),
    teamId: ref('team', { inverse: 'serviceLevels', description: 'Covers only cases of this team.' }),
    caseType: choice(CASE_TYPES, { description: 'Covers only cases of this type.' }),
    status: choice(['draft', 'active', 'inactive'], { required: true, default: 'draft', writer: 'system', index: true }),
    publishedNumber: integer({ writer: 'system', description: 'Number of the version in force.' }),
    translations: translations('service_level.name', 'service_level.description'),
  },
});
export type ServiceLevel = Row<typeof ServiceLevel>;
