import { rename, rm } from 'node:fs/promises';
import { OperatorError } from '#app/postgres/failure.js';
import { systemActor } from '#kernel/access/actor.js';
import { boxTables } from '#kernel/box/box-tables.js';
import { compareBoxes } from '#kernel/box/compare-boxes.js';
import { purgeTenant } from '#kernel/box/purge-tenant.js';
import { writeBox } from '#kernel/box/write-box.js';
import { asOwner } from '#kernel/db/as-owner.js';
import type { OpenWork } from '#kernel/db/open-work.js';
import type { Runtime } from '#kernel/db/runtime.js';

interface Order {
  readonly tenantId: string;
  /** Where the archive goes; null: nothing is kept. */
  readonly path: string | null;
}

/** Closes a company, writes all it has to an archive, and deletes it when nobody has changed anything since. Answers how many rows went. */
export async function purgeCompany(runtime: Runtime, ownerUrl: string, { tenantId, path }: Order): Promise<number> {
  const inside = <T>(fn: (work: OpenWork) => Promise<T>): Promise<T> =>
    runtime.withWork({ tenantId, actor: systemActor('command line'), cause: { command: 'tenant.purge' } }, fn);
  const before = await inside(close);
  try {
    if (path !== null) await pack(runtime, inside, path);
  } catch (error) {
    await inside((work) => work.exec('update kernel.tenants set state = $2 where id = $1', [tenantId, before]));
    throw error;
  }
  const tables = (await inside(boxTables)).map(({ name }) => name);
  const rows = await asOwner(ownerUrl, (exec) => purgeTenant(exec, tenantId, tables));
  await runtime.ports.files.forget(tenantId);
  runtime.variants.forget(tenantId);
  return rows;
}

type Inside = <T>(fn: (work: OpenWork) => Promise<T>) => Promise<T>;

/** Nobody signs in any more, and no task begins. Answers what its state was. */
async function close(work: OpenWork): Promise<unknown> {
  const { rows } = await work.exec('select state from kernel.tenants where id = $1 for update', [work.tenantId]);
  const [found] = rows;
  if (!found) throw new OperatorError('There is no company with this id.');
  await work.exec(`update kernel.tenants set state = 'closed' where id = $1`, [work.tenantId]);
  return found['state'];
}

/** The archive has its name when it was read again to its end, and has all that the audit knows of. */
async function pack(runtime: Runtime, inside: Inside, path: string): Promise<void> {
  const draft = `${path}.part-${process.pid}`;
  try {
    const before = await inside(lastEntry);
    await inside((work) => writeBox(work, { path: draft, ports: runtime.ports, withSecrets: false }));
    const { isSame, examples } = await compareBoxes(draft, draft);
    if (!isSame) throw new Error(`The archive is not what was written: ${examples.join(' ')}`);
    if ((await inside(lastEntry)) !== before)
      throw new OperatorError(
        'The company was changed while its archive was written. Stop the workers, or wait until its tasks have ended, and try again.',
      );
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

const lastEntry = async (work: OpenWork): Promise<string> => {
  const { rows } = await work.exec('select max(id)::text as id from kernel.audit_entries where tenant_id = $1', [work.tenantId]);
  return String(rows[0]?.['id']);
};
