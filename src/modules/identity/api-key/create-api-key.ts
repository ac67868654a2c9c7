import { readNetwork } from '#kernel/access/networks.js';
import { forbidden, invalid } from '#kernel/errors/domain-error.js';
import { instant, json, list, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { readFieldRules } from '../role/field-rules.js';
import { mustCover, readPermissions } from '../role/rights-of.js';
import { escalation, fieldRulesUnfit, permissionsUnfit } from '../role/role-errors.js';
import { hashOf, newSecret } from '../session/refresh-token.js';
import { writeApiKey } from './api-key-text.js';
import { ApiKey } from './api-key.resource.js';

export const createApiKey = defineCommand({
  name: 'api_key.create',
  summary: 'Make a key for an integration. The key itself is in this answer and never again.',
  secret: true,
  rest: { path: '/api-keys', status: 201 },
  input: {
    name: text(120, { required: true, description: 'What the key is for.' }),
    permissions: json({ required: true, description: 'Right → reach: what the key may do, at most what you may.' }),
    fieldRules: json({ description: 'Field → `hide`, `mask` or `read`, on top of what binds you.' }),
    expiresAt: instant({ description: 'The key is refused from then on.' }),
    allowedIps: list(text(45), {
      max: 50,
      description: 'Addresses and networks (`203.0.113.0/24`) the key is good from; any when left out.',
    }),
  },
  output: {
    apiKeyId: ref('api_key', { required: true }),
    key: text(120, { required: true, description: 'Send it as `Authorization: Bearer …`.' }),
  },
  errors: {
    ...escalation,
    ...permissionsUnfit,
    ...fieldRulesUnfit,
    'api_key.needs_a_person': 'Only a signed-in user makes keys.',
    'api_key.networks_unfit': 'An entry is neither an address nor a network, or there is none.',
    'api_key.expired_already': 'The end of the key lies in the past.',
  },

  async run({ name, permissions, fieldRules, expiresAt, allowedIps }, work) {
    // A stolen key must not be able to make itself a successor.
    if (work.actor.kind !== 'user' || !work.actor.userId)
      throw forbidden('api_key.needs_a_person', 'Only a signed-in user makes keys; they act for him.');
    if (expiresAt && expiresAt <= work.now) throw invalid('api_key.expired_already', 'The end of the key lies in the past.');
    const rights = readPermissions(work, permissions);
    const rules = readFieldRules(work, fieldRules ?? {});
    // What binds the maker binds his key anyway.
    mustCover(work, { permissions: rights, fieldRules: work.actor.fieldRights });
    const secret = newSecret();
    const key = await work.system.repo(ApiKey).create({
      name,
      permissions: rights,
      fieldRules: rules,
      userId: work.actor.userId,
      expiresAt: expiresAt ?? null,
      allowedIps: allowedIps ? networks(allowedIps) : null,
      hint: secret.slice(-4),
      hash: hashOf(secret),
    });
    return { apiKeyId: key.id, key: writeApiKey(key.id, secret) };
  },
});

function networks(given: readonly string[]): string[] {
  const wrong = given.findIndex((text) => readNetwork(text) === null);
  if (wrong >= 0 || given.length === 0) {
    throw invalid('api_key.networks_unfit', 'A key is bound to addresses such as 203.0.113.7 or networks such as 203.0.113.0/24.', {
      errors: [{ path: `/allowedIps${wrong >= 0 ? `/${wrong}` : ''}`, code: 'unfit', message: 'is neither an address nor a network' }],
    });
  }
  return [...given];
}
