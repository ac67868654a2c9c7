import { permissionMissing } from '#kernel/access/errors.js';
import { noteExport } from '#kernel/box/note-export.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { beginExport, starterOf } from '../operation/begin-export.js';
import { mayExport } from './may-export.js';
import { writeTenantBox } from './write-tenant-box.effect.js';

export const exportTenant = defineCommand({
  name: 'tenant.export',
  summary: 'Take all the company has away as one archive.',
  description:
    'Runs in the background as an operation, which leaves a file for a day: GET /v1/operations/{operationId}/file. In it is everything, whatever you may see yourself; not in it are passwords, sessions and secrets of keys. Who asked is in the audit.',
  rest: { path: '/tenant/export', status: 202 },
  input: {},
  output: { operationId: ref('operation', { required: true, description: 'Tells how far it is.' }) },
  errors: {
    'operation.needs_a_user': 'An operation is started by a user or by a key of one.',
  },

  async run(_, work) {
    if (!mayExport(work.actor)) throw permissionMissing('tenant:export');
    const startedById = starterOf(work);
    // A second click is the same wish.
    const running = await work.system
      .repo(Operation)
      .first({ kind: 'export', target: 'tenant', state: ['queued', 'running'], startedById });
    if (running) return { operationId: running.id };
    const operationId = await beginExport(work, { target: 'tenant' });
    await noteExport(openWorkOf(work), { withSecrets: false });
    await work.schedule(writeTenantBox, { key: operationId, payload: { operationId } });
    return { operationId };
  },
});
