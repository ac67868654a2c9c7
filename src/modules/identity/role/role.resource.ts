import type { FieldRights, Permissions } from '#kernel/access/actor.js';
import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { json, longText, text } from '#kernel/resource/fields.js';

/** Made and changed by commands only: nobody may put rights into a role that he does not have himself. */
export const Role = defineResource('role', {
  description: 'A named set of rights. A user has the rights of all of his roles together.',
  table: 'identity.roles',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    key: text(60, { required: true, unique: true, writer: 'system', description: 'Stable name for programs, e.g. `sales_rep`.' }),
    name: text(120, { required: true, search: true, writer: 'system' }),
    description: longText({ writer: 'system' }),
    permissions: json<Permissions, { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description:
        'Right → reach (`own`, `team`, `subtree`, `territory`, sums such as `team+territory`, `all`), e.g. `{"lead:read": "team"}`. `lead:*`, `*:read` and `*` cover many; the most exact entry counts.',
    }),
    denies: json<string[], { required: true; default: []; writer: 'system'; description: string }>({
      required: true,
      default: [],
      writer: 'system',
      description: 'Rights nobody with this role has, whatever his other roles give, e.g. `["opportunity:delete"]`.',
    }),
    fieldRules: json<FieldRights, { required: true; default: {}; writer: 'system'; description: string }>({
      required: true,
      default: {},
      writer: 'system',
      description:
        'Field → `hide`, `mask` or `read`, e.g. `{"contact.email": "mask"}`. Of several roles that let a record be read the mildest rule counts; without a rule a field is open.',
    }),
  },
});
export type Role = Row<typeof Role>;
