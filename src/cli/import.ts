import { resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { systemActor } from '#kernel/access/actor.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { drain } from '#kernel/jobs/drain.js';
import type { Work } from '#kernel/usecase/work.js';
import { User } from '#modules/identity/user/user.resource.js';
import type { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { startDefined } from '#modules/imports/import/start-defined.js';
import { findUnfinished, startImport } from '#modules/imports/import/start-import.js';
import { allMappings } from '#modules/imports/mappings/all-mappings.js';
import { templates } from '#modules/imports/mappings/templates.js';
import { runImport } from '#modules/imports/run/run-import.js';
import type { Transact } from '#modules/imports/run/transact.js';
import { openCompany } from './import-company.js';
import { chooseFiles, type Chosen } from './import-files.js';
import { printReport } from './import-report.js';

interface Options {
  readonly mapping?: string;
  readonly definition?: string;
  readonly tenant?: string;
  readonly createTenant?: true;
  readonly adminEmail?: string;
  readonly owner?: string;
}

const names = [...allMappings.map(({ name }) => name), ...templates.keys()].join(', ');

/** `kontor import`: the files of another system, in this process, with a progress bar. */
export const register = (program: Command): void => {
  program
    .command('import <folder>')
    .description(
      'Import the files of another system. Interrupted, it goes on where it was when it is run again; repeated, it changes nothing.',
    )
    .option('--mapping <name>', `what the files mean: ${names}`)
    .option('--definition <file>', 'a mapping of your own, as JSON, instead of --mapping')
    .option('--owner <email>', 'who gets records that name no owner (default: the first user of the company)')
    .option('--tenant <slug>', 'the company that gets the rows (default: one of its own, named after the mapping)')
    .option('--create-tenant', 'make that company if there is none; without --tenant this goes without saying outside production')
    .option('--admin-email <address>', 'the administrator of a company that is made')
    .action(async (folder: string, options: Options) => {
      const chosen = await chooseFiles(resolve(folder), options);
      const config = readConfig();
      const system = await openSystem(config, makeLog({ logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel }));
      try {
        const mayMake = options.createTenant ?? (options.tenant === undefined && !config.isProduction);
        const tenantId = await openCompany(system.runtime, {
          slug: options.tenant ?? chosen.name,
          mayMake,
          adminEmail: options.adminEmail,
        });
        const run = await importInto(system.runtime, tenantId, { ...chosen, owner: options.owner });
        // No worker may be running. What follows from the rows, such as the figures of analytics, is right when this command returns.
        await drain(system.runtime, { onFailure: 'retry' });
        await printReport(run, transactions(system.runtime, tenantId));
        process.exitCode = run.state === 'finished' || run.state === 'partly' ? 0 : 1;
      } catch (error) {
        throw error instanceof DomainError ? new OperatorError(error.message) : error;
      } finally {
        await system.stop();
      }
    });
};

const transactions =
  (runtime: Runtime, tenantId: string): Transact =>
  (fn) =>
    runtime.withWork({ tenantId, actor: systemActor('command line', 'import'), cause: { command: 'import.run' } }, fn);

/** The same files again are the same import, as long as it has not ended. */
async function importInto(runtime: Runtime, tenantId: string, chosen: Owned): Promise<ImportRun> {
  const transact = transactions(runtime, tenantId);
  const run = await transact((work) => begin(work, chosen));
  if (run.processed > 0) console.log(`Going on with the import that broke off at row ${run.processed} of ${run.total}.`);
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value}/{total} rows | {duration_formatted}',
    hideCursor: true,
    noTTYOutput: false,
    clearOnComplete: true,
  });
  let isShown = false;
  const onProgress = ({ total, processed }: ImportRun) => {
    if (isShown) bar.update(processed);
    else bar.start(total, processed);
    isShown = true;
  };
  try {
    return await runImport(run.id, transact, { onProgress });
  } finally {
    bar.stop();
  }
}

type Owned = Chosen & { readonly owner: string | undefined };

async function begin(work: Work, { name, definition, files, owner }: Owned): Promise<ImportRun> {
  if (definition) return startDefined(work, { name, definition, files, startedById: await ownerOf(work, owner) });
  return (await findUnfinished(work, name, files)) ?? startImport(work, { mapping: name, files });
}

async function ownerOf(work: Work, email: string | undefined): Promise<string | null> {
  const found = await work.repo(User).first({ active: true, ...(email === undefined ? {} : { email: email.toLowerCase() }) });
  if (!found && email !== undefined) throw new OperatorError(`The company has no active user ${email}: name another with --owner.`);
  return found?.id ?? null;
}
