import { ref, text } from '#kernel/resource/fields.js';
import { defineEffect } from '#kernel/usecase/define-job.js';
import { attempts, dropDrafts } from '../operation/leave-file.js';

export const removeBox = defineEffect({
  name: 'exports.remove_box',
  description: 'Removes what an export left from the file store.',
  payload: { sha256: text(64, { required: true }) },
  run: ({ sha256 }, { tenantId, ports }) => ports.files.remove({ tenantId, sha256 }),
});

export const dropLeftovers = defineEffect({
  name: 'exports.drop_leftovers',
  description: 'Removes what workers that died have left of an export that was given up.',
  payload: { operationId: ref('operation', { required: true }) },
  run: ({ operationId }, { ports }) => dropDrafts(ports.files, operationId, attempts),
});
