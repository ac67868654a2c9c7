import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { isUuid } from '#kernel/resource/ids.js';
import { purgeCompany } from './purge-company.js';
import { tenantOf } from './tenant-of.js';

interface Options {
  readonly tenant: string;
  readonly confirm: string;
  readonly file?: string;
  readonly withoutExport?: true;
}

/** `kontor tenant:purge`: a company goes for good; what it had is in an archive. */
export const register = (program: Command): void => {
  program
    .command('tenant:purge')
    .description('Delete a company for good, once all it has is in an archive that was read again. See docs/tenant-in-a-box.md.')
    .requiredOption('--tenant <slug>', 'the company; its id when an earlier try broke off')
    .requiredOption('--confirm <slug>', 'the same once more')
    .option('--file <path>', 'the archive that is written first; it must not be there yet')
    .option('--without-export', 'instead of an archive: nothing is kept of it')
    .action(async (options: Options) => {
      const path = archiveOf(options);
      const system = await openSystem(readConfig(), makeLog({ logLevel: 'warn' }));
      try {
        const { ownerUrl } = system.postgres;
        if (!ownerUrl) throw new OperatorError('Set DATABASE_OWNER_URL to the owner of the tables: nobody else may delete an audit.');
        const tenantId = isUuid(options.tenant) ? options.tenant : await tenantOf(system.runtime, options.tenant);
        if (!tenantId) throw new OperatorError(`There is no company "${options.tenant}".`);
        const rows = await purgeCompany(system.runtime, ownerUrl, { tenantId, path });
        console.log(`Deleted ${rows} rows. ${path === null ? 'Nothing is kept of them.' : `What they held is in ${path}.`}`);
      } finally {
        await system.stop();
      }
    });
};

function archiveOf({ tenant, confirm, file, withoutExport }: Options): string | null {
  if (confirm !== tenant) throw new OperatorError('--confirm names another company than --tenant.');
  if ((file === undefined) === (withoutExport === undefined))
    throw new OperatorError('Name the archive with --file, or say --without-export: then nothing is kept of the company.');
  if (file === undefined) return null;
  const path = resolve(file);
  if (existsSync(path)) throw new OperatorError(`${path} is there already: name another file.`);
  return path;
}
