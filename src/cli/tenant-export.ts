import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { noteExport } from '#kernel/box/note-export.js';
import { writeBox } from '#kernel/box/write-box.js';
import { systemActor } from '#kernel/access/actor.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { progressBar } from './progress-bar.js';
import { tenantOf } from './tenant-of.js';

interface Options {
  readonly tenant: string;
  readonly file: string;
  readonly withSecrets?: boolean;
}

/** `kontor tenant:export`: all a company has as one archive. */
export const register = (program: Command): void => {
  program
    .command('tenant:export')
    .description(
      'Write all a company has to one archive, as it is at this moment, while everybody goes on working. See docs/tenant-in-a-box.md.',
    )
    .requiredOption('--tenant <slug>', 'the company')
    .requiredOption('--file <path>', 'the archive; it must not be there yet')
    .option('--with-secrets', 'with the hashes of passwords, so that people can sign in where it is unpacked')
    .action(async (options: Options) => {
      const path = resolve(options.file);
      if (existsSync(path)) throw new OperatorError(`${path} is there already: name another file.`);
      const system = await openSystem(readConfig(), makeLog({ logLevel: 'warn' }));
      try {
        await exportTenant(system.runtime, path, options);
      } finally {
        await system.stop();
      }
    });
};

/** Written beside its place first, so that what has its name is whole. */
async function exportTenant(runtime: Runtime, path: string, { tenant, withSecrets = false }: Options): Promise<void> {
  const tenantId = await tenantOf(runtime, tenant);
  if (!tenantId) throw new OperatorError(`There is no company "${tenant}".`);
  const draft = `${path}.part-${process.pid}`;
  const bar = progressBar('rows');
  const inside = { tenantId, actor: systemActor('command line'), cause: { command: 'tenant.export' } };
  try {
    const { manifest, fingerprint } = await runtime.withWork(inside, (work) =>
      writeBox(work, {
        path: draft,
        ports: runtime.ports,
        withSecrets,
        onSettled: () => runtime.withWork(inside, (other) => noteExport(other, { withSecrets })),
        onProgress: (progress) => bar.show(progress),
      }),
    );
    await rename(draft, path);
    bar.stop();
    const rows = manifest.parts.reduce((sum, part) => sum + part.rows, 0);
    console.log(`Wrote ${rows} rows of ${manifest.parts.length} tables and ${manifest.files.count} files to ${path}.`);
    console.log(`Its fingerprint is ${fingerprint}. The box is as secret as the company: keep it so.`);
    if (manifest.files.missing.length > 0)
      console.log(`The content of ${manifest.files.missing.length} files is missing in the file store.`);
    if (!manifest.audit.isIntact) console.log(`The audit of "${tenant}" is broken: see kontor audit verify ${tenant}.`);
  } finally {
    bar.stop();
    await rm(draft, { force: true });
  }
}
