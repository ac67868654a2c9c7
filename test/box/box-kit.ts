import { createHash } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { systemActor } from '#kernel/access/actor.js';
import { sealAudit } from '#kernel/audit/seal-audit.js';
import { verifyChain } from '#kernel/audit/verify-chain.js';
import { unpackBox, type Unpacking } from '#kernel/box/unpack-box.js';
import { writeBox, type BoxOrder } from '#kernel/box/write-box.js';
import type { OpenWork } from '#kernel/db/open-work.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import type { Ports } from '#kernel/ports/ports.js';
import type { Kit } from '#kernel/testing/kit.js';
import { testFolder } from '#kernel/testing/test-folder.js';

const folder = testFolder();
let made = 0;
export const newPath = (): string => join(folder, `${++made}.zip`);

/** Secrets of another installation. */
export const otherSecrets: Partial<Ports> = {
  keyFor: (purpose) => createHash('sha256').update(`elsewhere ${purpose}`).digest(),
  sign: (purpose, text) => createHash('sha256').update(`elsewhere ${purpose} ${text}`).digest('base64url'),
  verify: (purpose, text, signature) => createHash('sha256').update(`elsewhere ${purpose} ${text}`).digest('base64url') === signature,
};

export const inside = <T>(kit: Kit, tenantId: string, run: (work: OpenWork) => Promise<T>): Promise<T> =>
  kit.runtime.withWork({ tenantId, actor: systemActor('test'), cause: { command: 'test' } }, run);

export async function pack(kit: Kit, tenantId: string, more: Partial<BoxOrder> = {}): Promise<string> {
  const path = newPath();
  await inside(kit, tenantId, (work) => writeBox(work, { path, ports: kit.runtime.ports, withSecrets: false, ...more }));
  return path;
}

export const unpack = (kit: Kit, path: string, more: Partial<Unpacking> = {}) =>
  unpackBox(kit.runtime, { path, slug: `unpacked-${++made}`, ...more });

export const verify = (kit: Kit, tenantId: string) => inside(kit, tenantId, (work) => verifyChain(work));

/** Chains all entries of a tenant; transactions of other tests on the same server hold the sealer up for as long as they last. */
export async function seal(kit: Kit, tenantId: string): Promise<void> {
  for (;;) {
    while ((await sealAudit(doorsOf(kit.runtime), 1_000)) > 0);
    const open = await kit.asOwner(
      'select from kernel.audit_entries e where not exists (select from kernel.audit_chain c where c.tenant_id = e.tenant_id and c.entry_id = e.id) limit 1',
      [],
      tenantId,
    );
    if (open.length === 0) return;
  }
}

/** As somebody no right and no wall holds back. */
export async function asSuper(kit: Kit, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: kit.urls.super });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}
