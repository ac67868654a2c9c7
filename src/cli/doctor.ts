import type { Command } from 'commander';
import { readConfig, type Config } from '#app/config.js';
import { messageOf } from '#app/postgres/failure.js';
import { databaseChecks } from './doctor-database.js';
import { machineChecks } from './doctor-machine.js';
import type { Check, Finding } from './finding.js';

/** `kontor doctor`: what would keep an installation from running, and what to do about it. */
export const register = (program: Command): void => {
  program
    .command('doctor')
    .description('Look for what would keep Kontor from running. Exit code 1 when something does.')
    .option('--json', 'machine-readable output')
    .action(async ({ json }: { json?: true }) => {
      const findings = await examine();
      if (json) console.log(JSON.stringify(findings, null, 2));
      else for (const { isGood, what, told } of findings) console.log(`${isGood ? 'ok  ' : 'FAIL'}  ${what}: ${told}`);
      process.exitCode = findings.every(({ isGood }) => isGood) ? 0 : 1;
    });
};

async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    return [{ isGood: false, what: 'settings', told: messageOf(error) }];
  }
  const findings: Finding[] = [{ isGood: true, what: 'settings', told: 'complete and valid' }];
  for (const { what, look } of [...machineChecks(config), ...databaseChecks(config)]) findings.push(await finding({ what, look }));
  return findings;
}

async function finding({ what, look }: Check): Promise<Finding> {
  try {
    return { isGood: true, what, told: await look() };
  } catch (error) {
    return { isGood: false, what, told: messageOf(error) };
  }
}
