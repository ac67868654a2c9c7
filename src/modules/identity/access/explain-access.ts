import { boolean, ref, text } from '#kernel/resource/fields.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { ApiKey } from '../api-key/api-key.resource.js';
import { User } from '../user/user.resource.js';
import { actorNow } from '../session/standing.js';
import { mustRead, recordErrors, resourceOf } from '../share/record-of.js';
import { heldRoles } from './held-roles.js';
import { fieldsField, judge, rightsField, withheld } from './why.js';

export const explainAccess = defineQuery({
  name: 'access.explain',
  summary: 'Why a user or key may, or may not, read and write a record you can read yourself.',
  graphql: 'accessExplain',
  rest: { path: '/access/explain' },
  input: {
    userId: ref('user', { description: 'Whose access. Either a user or a key.' }),
    apiKeyId: ref('api_key'),
    recordId: text(36, { required: true }),
  },
  output: {
    active: boolean({ required: true, description: 'False when the user or key is shut out: then nothing is allowed.' }),
    rights: rightsField,
    fields: fieldsField,
  },
  errors: { 'record.not_found': recordErrors['record.not_found'], 'access.one_principal': 'Either a user or a key is explained.' },

  async run({ userId, apiKeyId, recordId }, work) {
    const resource = resourceOf(work, recordId);
    await mustRead(work, resource, recordId);
    if (!userId === !apiKeyId) throw invalid('access.one_principal', 'Name either a user or a key.');
    const key = apiKeyId ? await work.repo(ApiKey).get(apiKeyId) : null;
    const holder = key?.userId ?? (await work.repo(User).get(userId ?? '')).id;
    const who = await actorNow(work, key ? { kind: 'api_key', id: key.id } : { kind: 'user', id: holder });
    if (!who) return { active: false, rights: [], fields: [] };
    const roles = await heldRoles(work, holder);
    return { active: true, rights: await judge(work, { resource, recordId, who, roles }), fields: withheld(resource, who) };
  },
});
