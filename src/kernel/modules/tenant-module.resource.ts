import { defineResource, everyone, type Row } from '../resource/define-resource.js';
import { choice, instant, json, ref, text } from '../resource/fields.js';

export const moduleStates = ['available', 'enabled', 'disabling', 'disabled', 'purge_scheduled', 'purging', 'purged'] as const;
export type ModuleState = (typeof moduleStates)[number];

/** Rows by what they are of. */
export type PurgedRows = Readonly<Record<string, number>>;

/** Rows only of what is not as it comes: a module without one is on. */
export const TenantModule = defineResource('tenant_module', {
  description: 'Whether a module, or a part of one, is on in this company.',
  table: 'modules.tenant_modules',
  scope: everyone,
  operations: [],
  fields: {
    key: text(80, { required: true, writer: 'system', description: 'The module, `sales`, or the part of one, `sales.leads`.' }),
    state: choice(moduleStates, {
      required: true,
      writer: 'system',
      description:
        '`disabling`: hidden already, and what was under way is coming to its end. `purge_scheduled`: its data will be deleted, `purging`: is being deleted, `purged`: has been.',
    }),
    changedAt: instant({ required: true, writer: 'system', description: 'Since when it is so.' }),
    changedById: ref('user', { onDelete: 'set_null', writer: 'system', description: 'Who saw to that.' }),
    offSince: instant({ writer: 'system', description: 'When it was switched off; empty while it is on.' }),
    exportedAt: instant({
      writer: 'system',
      description: 'When the export was made that has all that will be deleted, and was read again.',
    }),
    purgeAt: instant({ writer: 'system', description: 'When its data will be deleted.' }),
    purgedRows: json<PurgedRows, { writer: 'system'; hidden: true; description: string }>({
      writer: 'system',
      hidden: true,
      description: 'Rows that were deleted, by what they were of.',
    }),
    calledOff: text(200, { writer: 'system', description: 'Why its data was not deleted after all, when nobody asked for that.' }),
  },
  unique: [{ fields: ['key'], code: 'twice' }],
});
export type TenantModule = Row<typeof TenantModule>;
