import { reachOf } from '#kernel/access/actor.js';
import { permissionMissing } from '#kernel/access/errors.js';
import { noteExport } from '#kernel/box/note-export.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { forbidden } from '#kernel/errors/domain-error.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
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
    const { actor, now } = work;
    if (!mayExport(actor)) throw permissionMissing('tenant:export');
    // Whoever starts one must be able to see how it goes.
    if (reachOf(actor.permissions, 'operation:read') === null) throw permissionMissing('operation:read');
    if (actor.userId === null) throw forbidden('operation.needs_a_user', 'An operation is started by a user or by a key of one.');
    const operations = work.system.repo(Operation);
    // A second click is the same wish.
    const running = await operations.first({ kind: 'export', state: ['queued', 'running'], startedById: actor.userId });
    if (running) return { operationId: running.id };
    const { id: operationId } = await operations.create({
      kind: 'export',
      target: 'tenant',
      startedBy: { kind: actor.kind, id: actor.id },
      startedById: actor.userId,
      startedAt: now,
    });
    await noteExport(openWorkOf(work), { withSecrets: false });
    await work.schedule(writeTenantBox, { key: operationId, payload: { operationId } });
    return { operationId };
  },
});
