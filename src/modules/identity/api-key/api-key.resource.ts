import type { FieldRights, Permissions } from '#kernel/access/actor.js';
import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { instant, json, ref, text } from '#kernel/resource/fields.js';

export const ApiKey = defineResource('api_key', {
  description: 'A key for an integration. It acts for the user who made it, with at most his rights, and ends with him.',
  table: 'identity.api_keys',
  scope: ownedBy('userId'),
  operations: ['list', 'get'],
  fields: {
    name: text(120, { required: true, search: true, writer: 'system' }),
    userId: ref('user', {
      required: true,
      writer: 'system',
      inverse: 'apiKeys',
      onDelete: 'cascade',
      description: 'Who made the key; records are judged by this user.',
    }),
    permissions: json<Permissions, { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'What the key may do: right → reach, never more than the user may.',
    }),
    fieldRules: json<FieldRights, { required: true; default: {}; writer: 'system'; description: string }>({
      required: true,
      default: {},
      writer: 'system',
      description: 'Field → `hide`, `mask` or `read`, on top of what binds the user.',
    }),
    allowedIps: json<string[], { writer: 'system'; description: string }>({
      writer: 'system',
      description: 'Addresses and networks (CIDR) the key is good from; empty for any.',
    }),
    hint: text(8, { required: true, writer: 'system', description: 'Last characters of the key, to tell keys apart.' }),
    hash: text(64, { required: true, writer: 'system', hidden: true, description: 'SHA-256 of the secret part.' }),
    expiresAt: instant({ writer: 'system', description: 'The key is refused from this moment; empty for a key without end.' }),
    lastUsedAt: instant({ writer: 'system', description: 'Last use, exact to some minutes.' }),
    revokedAt: instant({ writer: 'system', description: 'When the key was ended.' }),
  },
});
export type ApiKey = Row<typeof ApiKey>;
