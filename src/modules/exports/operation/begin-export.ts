import { reachOf } from '#kernel/access/actor.js';
import { permissionMissing } from '#kernel/access/errors.js';
import { forbidden } from '#kernel/errors/domain-error.js';
import { Operation } from '#kernel/operations/operation.resource.js';
import type { Work } from '#kernel/usecase/work.js';

/** The operation by which its starter sees how an export goes. */
export async function beginExport(
  work: Work,
  { target, total = 0 }: { readonly target: string; readonly total?: number },
): Promise<string> {
  const { actor, now } = work;
  const { id } = await work.system.repo(Operation).create({
    kind: 'export',
    target,
    total,
    startedBy: { kind: actor.kind, id: actor.id },
    startedById: starterOf(work),
    startedAt: now,
  });
  return id;
}

/** Whoever starts one must be able to see how it goes. */
export function starterOf({ actor }: Pick<Work, 'actor'>): string {
  if (reachOf(actor.permissions, 'operation:read') === null) throw permissionMissing('operation:read');
  if (actor.userId === null) throw forbidden('operation.needs_a_user', 'An operation is started by a user or by a key of one.');
  return actor.userId;
}
