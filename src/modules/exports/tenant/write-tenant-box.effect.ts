import { permissionMissing } from '#kernel/access/errors.js';
import { writeBox } from '#kernel/box/write-box.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { ref } from '#kernel/resource/fields.js';
import { defineEffect } from '#kernel/usecase/define-job.js';
import { attempts, leaveFile } from '../operation/leave-file.js';
import { mayExport } from './may-export.js';

export const writeTenantBox = defineEffect({
  name: 'exports.write_tenant_box',
  description: 'Writes all a company has to an archive, which its operation gives out.',
  payload: { operationId: ref('operation', { required: true }) },
  retry: { attempts, backoffMs: 5_000 },
  limitMinutes: 360,

  run: ({ operationId }, context) =>
    leaveFile(operationId, context, {
      refusal: (starter) => (mayExport(starter) ? null : permissionMissing('tenant:export')),
      write: async (path, _, onProgress) => {
        const { manifest } = await context.work((work) =>
          writeBox(openWorkOf(work), { path, ports: context.ports, withSecrets: false, onProgress }),
        );
        const total = manifest.parts.reduce((sum, { rows }) => sum + rows, 0) + manifest.files.count;
        return { fileName: `${manifest.tenant.slug}-${manifest.madeAt.slice(0, 10)}.zip`, total };
      },
    }),
});
