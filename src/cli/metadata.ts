import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { systemActor } from '#kernel/access/actor.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { Runner, type Call } from '#kernel/usecase/runner.js';
import { exportMetadata } from '#modules/customization/package/export-metadata.js';
import { installMetadata } from '#modules/customization/package/install-metadata.js';
import { shippedPackages } from '#modules/customization/packages/shipped-packages.js';
import { openCompany } from './import-company.js';

interface Asked {
  readonly runner: Runner;
  readonly call: Call;
}

/** `kontor metadata:…`: fields and objects of a company, from one company or machine to another. */
export const register = (program: Command): void => {
  const tenant = ['--tenant <slug>', 'short name of the company'] as const;
  program
    .command('metadata:install')
    .description(installMetadata.summary)
    .argument('<package>', 'a file of JSON, or the name of one that comes with Kontor')
    .requiredOption(...tenant)
    .option('--dry-run', 'only say what would be done')
    .action((name: string, options: { tenant: string; dryRun?: true }) =>
      withCompany(options.tenant, (asked) => install(asked, name, options.dryRun === true)),
    );
  program
    .command('metadata:export')
    .description(exportMetadata.summary)
    .argument('[file]', 'where to write it; to the screen when left out')
    .requiredOption(...tenant)
    .action((file: string | undefined, options: { tenant: string }) => withCompany(options.tenant, (asked) => exportTo(asked, file)));
};

async function install({ runner, call }: Asked, name: string, dryRun: boolean): Promise<void> {
  const input = name.endsWith('.json') ? { package: readJson(name) } : { name };
  // Done as if it were meant, and taken back: so every formula is tried.
  const { result } = await runner.run(installMetadata, input, { ...call, ...(dryRun ? { dryRun } : {}) });
  for (const { action, name: what } of result.steps) if (action !== 'keep') console.log(`${action}  ${what}`);
  const changed = result.steps.filter(({ action }) => action !== 'keep').length;
  const kept = result.steps.length - changed;
  console.log(`${changed} ${dryRun ? 'would be made or changed' : 'made or changed'}, ${kept} as they should be.`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new OperatorError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function exportTo({ runner, call }: Asked, file: string | undefined): Promise<void> {
  const { result } = await runner.run(exportMetadata, {}, call);
  const text = `${JSON.stringify(result.package, null, 2)}\n`;
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}

async function withCompany(slug: string, act: (asked: Asked) => Promise<void>): Promise<void> {
  const system = await openSystem(readConfig(), makeLog({ logLevel: 'warn' }));
  try {
    const tenantId = await openCompany(system.runtime, { slug, mayMake: false, adminEmail: undefined });
    await act({ runner: new Runner(system.runtime), call: { tenantId, actor: systemActor('operator') } });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const isUnknown = error.code === 'metadata.package_unknown';
    const names = shippedPackages.map(({ name }) => name).join(', ');
    throw new OperatorError(isUnknown ? `${error.message} Known: ${names}; a file ends in .json.` : error.message);
  } finally {
    await system.stop();
  }
}
