import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { systemActor } from '#kernel/access/actor.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { drain } from '#kernel/jobs/drain.js';
import { allMappings, mappingNamed } from '#modules/imports/mappings/all-mappings.js';
import { fileNames, findUnfinished, startImport } from '#modules/imports/import/start-import.js';
import type { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { limits } from '#modules/imports/read/limits.js';
import { runImport } from '#modules/imports/run/run-import.js';
import type { Transact } from '#modules/imports/run/transact.js';
import { Upload } from '#modules/imports/store/upload.js';
import { printReport } from './import-report.js';
import { openCompany } from './import-company.js';

interface Options {
  readonly mapping: string;
  readonly tenant?: string;
  readonly createTenant?: true;
  readonly adminEmail?: string;
}

/** `kontor import`: the files of another system, in this process, with a progress bar. */
export const register = (program: Command): void => {
  program
    .command('import <folder>')
    .description(
      'Import the files of another system. Interrupted, it goes on where it was when it is run again; repeated, it changes nothing.',
    )
    .requiredOption('--mapping <name>', `what the files mean: ${allMappings.map(({ name }) => name).join(', ')}`)
    .option('--tenant <slug>', 'the company that gets the rows (default: one of its own, named after the mapping)')
    .option('--create-tenant', 'make that company if there is none; without --tenant this goes without saying outside production')
    .option('--admin-email <address>', 'the administrator of a company that is made')
    .action(async (folder: string, options: Options) => {
      const files = await readFiles(resolve(folder), options.mapping);
      const config = readConfig();
      const system = await openSystem(config, makeLog({ logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel }));
      try {
        const mayMake = options.createTenant ?? (options.tenant === undefined && !config.isProduction);
        const tenantId = await openCompany(system.runtime, {
          slug: options.tenant ?? options.mapping,
          mayMake,
          adminEmail: options.adminEmail,
        });
        const run = await importInto(system.runtime, tenantId, options.mapping, files);
        // No worker may be running. What follows from the rows, such as the figures of analytics, is right when this command returns.
        await drain(system.runtime, { onFailure: 'retry' });
        await printReport(run, transactions(system.runtime, tenantId));
        process.exitCode = run.state === 'finished' ? 0 : 1;
      } catch (error) {
        throw error instanceof DomainError ? new OperatorError(error.message) : error;
      } finally {
        await system.stop();
      }
    });
};

/** All files the mapping reads, before anything else is done. */
async function readFiles(folder: string, name: string): Promise<Upload[]> {
  try {
    return await Promise.all(fileNames(mappingNamed(name)).map((file) => readFile(folder, file)));
  } catch (error) {
    throw error instanceof DomainError ? new OperatorError(error.message) : error;
  }
}

function readFile(folder: string, name: string): Promise<Upload> {
  const path = join(folder, name);
  if (!existsSync(path)) throw new OperatorError(`${path} does not exist: name the folder that holds ${name}.`);
  if (statSync(path).size > limits.fileBytes) throw new OperatorError(`${path} is larger than ${limits.fileBytes / 2 ** 20} MB: split it.`);
  return Upload.fromDisk(path, name);
}

const transactions =
  (runtime: Runtime, tenantId: string): Transact =>
  (fn) =>
    runtime.withWork({ tenantId, actor: systemActor('command line'), cause: { command: 'import.run' } }, fn);

/** The same files again are the same import, as long as it has not ended. */
async function importInto(runtime: Runtime, tenantId: string, mapping: string, files: readonly Upload[]): Promise<ImportRun> {
  const transact = transactions(runtime, tenantId);
  const run = await transact(async (work) => (await findUnfinished(work, mapping, files)) ?? startImport(work, { mapping, files }));
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
