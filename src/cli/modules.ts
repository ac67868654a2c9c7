import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { systemActor } from '#kernel/access/actor.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { cancelPurge } from '#kernel/modules/cancel-purge.js';
import { disableModule } from '#kernel/modules/disable-module.js';
import { enableModule } from '#kernel/modules/enable-module.js';
import { listModules } from '#kernel/modules/list-modules.js';
import { planModules } from '#kernel/modules/plan-modules.js';
import { schedulePurge } from '#kernel/modules/schedule-purge.js';
import { Runner, type Call } from '#kernel/usecase/runner.js';
import { openCompany } from './import-company.js';

interface Asked {
  readonly runner: Runner;
  readonly call: Call;
}

/** `kontor modules`: what a company has, and switching it, as an operator. */
export const register = (program: Command): void => {
  const modules = program.command('modules').description('Modules of a company: which are on, and switching them.');
  const tenant = ['--tenant <slug>', 'short name of the company'] as const;
  modules
    .command('list', { isDefault: true })
    .description('List them.')
    .requiredOption(...tenant)
    .action((options: { tenant: string }) => withCompany(options.tenant, list));
  modules
    .command('plan')
    .description('Say what has to be switched, in order, so that these are on, or with --off that they are off.')
    .argument('<key...>', 'modules or parts, as listed')
    .requiredOption(...tenant)
    .option('--off', 'they shall be off')
    .action((keys: string[], options: { tenant: string; off?: true }) =>
      withCompany(options.tenant, (asked) => plan(asked, options.off ? { disable: keys } : { enable: keys })),
    );
  modules
    .command('purge')
    .description(schedulePurge.summary)
    .argument('<key>', 'the module or part, as listed')
    .requiredOption(...tenant)
    .option('--dry-run', 'only say what would go')
    .option('--keep', 'call off what was scheduled')
    .action((key: string, options: { tenant: string; dryRun?: true; keep?: true }) =>
      withCompany(options.tenant, (asked) =>
        options.keep ? keep(asked, key) : purge(asked, { key, ...(options.dryRun ? { dryRun: true } : {}) }),
      ),
    );
  for (const { verb, summary } of [enableModule, disableModule]) {
    modules
      .command(verb)
      .description(summary)
      .argument('<key>', 'the module or part, as listed')
      .requiredOption(...tenant)
      .option('--dry-run', 'only say what would be')
      .action((key: string, options: { tenant: string; dryRun?: true }) =>
        withCompany(options.tenant, (asked) => switchTo(asked, verb, { key, ...(options.dryRun ? { dryRun: true } : {}) })),
      );
  }
};

async function switchTo({ runner, call }: Asked, verb: string, input: { key: string; dryRun?: true }): Promise<void> {
  const { result } = verb === 'enable' ? await runner.run(enableModule, input, call) : await runner.run(disableModule, input, call);
  const { key, state, changed } = result;
  console.log(changed ? `${key} ${input.dryRun ? 'would be' : 'is'} ${state}.` : `${key} was ${state} already.`);
}

async function purge({ runner, call }: Asked, input: { key: string; dryRun?: true }): Promise<void> {
  const { result } = await runner.run(schedulePurge, input, call);
  for (const { of, field, fate, rows } of result.touched)
    console.log(`${fate.padEnd(8)} ${String(rows).padStart(9)}  ${of}${field ? ` by ${field}` : ''}`);
  for (const code of result.obstacles) console.log(`In the way: ${code}`);
  if (result.purgeAt && result.obstacles.length === 0)
    console.log(`${result.key} ${input.dryRun ? 'would be' : 'is'} deleted on ${result.purgeAt.toISOString()}.`);
}

async function keep({ runner, call }: Asked, key: string): Promise<void> {
  const { result } = await runner.run(cancelPurge, { key }, call);
  console.log(result.changed ? `${key} stays as it is.` : `Nothing was scheduled for ${key}.`);
}

async function list({ runner, call }: Asked): Promise<void> {
  const { result } = await runner.run(listModules, {}, call);
  for (const { key, label, state, on } of result.modules)
    console.log(`${on ? 'on ' : 'off'}  ${key.padEnd(20)} ${label}${on ? '' : ` (${state})`}`);
}

async function plan({ runner, call }: Asked, wanted: { enable?: string[]; disable?: string[] }): Promise<void> {
  const { result } = await runner.run(planModules, wanted, call);
  for (const { key, action } of result.steps) console.log(`npm run kontor -- modules ${action} ${key} --tenant …`);
  if (result.steps.length === 0) console.log('It is so already.');
}

async function withCompany(slug: string, act: (asked: Asked) => Promise<void>): Promise<void> {
  const config = readConfig();
  const system = await openSystem(config, makeLog({ logLevel: 'warn' }));
  try {
    await act({ runner: new Runner(system.runtime), call: await callOf(system.runtime, slug) });
  } catch (error) {
    if (error instanceof DomainError) throw new OperatorError(error.message);
    throw error;
  } finally {
    await system.stop();
  }
}

const callOf = async (runtime: Runtime, slug: string): Promise<Call> => ({
  tenantId: await openCompany(runtime, { slug, mayMake: false, adminEmail: undefined }),
  actor: systemActor('operator'),
});
