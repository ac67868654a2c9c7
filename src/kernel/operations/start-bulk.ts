import { reachOf } from '../access/actor.js';
import { permissionMissing } from '../access/errors.js';
import { mayWrite } from '../bulk/run-items.js';
import type { OpenWork } from '../db/open-work.js';
import { openWorkOf } from '../db/twins.js';
import { forbidden } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import { json } from '../resource/fields.js';
import type { Command } from '../usecase/define-command.js';
import { keepItems } from './chunks.js';
import { scheduleChunk } from './continue-bulk.job.js';
import { Operation } from './operation.resource.js';

/** Most items of one operation. */
export const mostInOperation = 100_000;

/** Where the items of an operation come from; in JSON it is their checksum, so that a request is the same when its items are. */
export interface ItemSource {
  /** Each item as JSON text. */
  lines(): AsyncIterable<string> | Iterable<string>;
  toJSON(): unknown;
}

/** Takes the items of a long bulk call in; workers carry them out. The answer is the operation's row. */
export function startBulkCommand(resource: Resource): Command {
  const summary = `Write many ${resource.plural} in the background.`;
  return {
    kind: 'command',
    name: `${resource.name}.bulk_operation`,
    noun: 'operation',
    verb: 'start',
    permission: 'operation:read',
    graphql: '',
    rest: undefined,
    summary,
    description: summary,
    access: 'member',
    input: { source: json({ required: true }) },
    output: {},
    errors: {},
    parse: (input) => input as Record<string, never>,
    run: async (input, work) => ({ ...(await startBulk(openWorkOf(work), resource, (input as unknown as { source: ItemSource }).source)) }),
  };
}

async function startBulk(work: OpenWork, resource: Resource, source: ItemSource): Promise<Operation> {
  const { actor } = work;
  mayWrite(work, resource);
  // Whoever starts one must be able to see how it goes.
  if (reachOf(actor.permissions, 'operation:read') === null) throw permissionMissing('operation:read');
  if (actor.userId === null) throw forbidden('operation.needs_a_user', 'An operation is started by a user or by a key of one.');
  const operations = work.system.repo(Operation);
  const { id } = await operations.create({
    kind: 'bulk',
    target: resource.name,
    startedBy: { kind: actor.kind, id: actor.id },
    startedById: actor.userId,
    startedAt: work.now,
  });
  const total = await keepItems(work, id, source.lines());
  await scheduleChunk(work, id, 0);
  return operations.update(id, { total });
}
