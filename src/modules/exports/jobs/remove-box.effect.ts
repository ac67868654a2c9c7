import { text } from '#kernel/resource/fields.js';
import { defineEffect } from '#kernel/usecase/define-job.js';

export const removeBox = defineEffect({
  name: 'exports.remove_box',
  description: 'Removes what an export left from the file store.',
  payload: { sha256: text(64, { required: true }) },
  run: ({ sha256 }, { tenantId, ports }) => ports.files.remove({ tenantId, sha256 }),
});
