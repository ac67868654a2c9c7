import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { ApiKey } from './api-key.resource.js';

export const revokeApiKey = defineCommand({
  name: 'api_key.revoke',
  summary: 'End a key at once. It never comes back.',
  input: { apiKeyId: ref('api_key', { required: true }) },
  output: { apiKeyId: ref('api_key', { required: true }) },

  async run({ apiKeyId }, work) {
    const key = await work.repo(ApiKey).lock(apiKeyId);
    if (!key.revokedAt) await work.system.repo(ApiKey).update(apiKeyId, { revokedAt: work.now });
    return { apiKeyId };
  },
});
