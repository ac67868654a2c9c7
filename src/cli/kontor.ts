import 'reflect-metadata';
import { Command } from 'commander';
import { OperatorError } from '#app/postgres/failure.js';
import { register as registerAudit } from './audit.js';
import { register as registerCreateCompany } from './create-company.js';
import { register as registerDoctor } from './doctor.js';
import { register as registerImport } from './import.js';
import { register as registerMakeSecrets } from './make-secrets.js';
import { register as registerMetadata } from './metadata.js';
import { register as registerMigrate } from './migrate.js';
import { register as registerModules } from './modules.js';
import { register as registerPrepareDatabase } from './prepare-database.js';
import { register as registerReset } from './reset.js';
import { register as registerSchemaDiff } from './schema-diff.js';
import { register as registerOpenapi } from './openapi.js';
import { register as registerSeed } from './seed.js';
import { register as registerSettings } from './settings.js';
import { register as registerTasks } from './tasks.js';
import { register as registerTenantCompare } from './tenant-compare.js';
import { register as registerTenantExport } from './tenant-export.js';
import { register as registerTenantImport } from './tenant-import.js';
import { register as registerTenantPurge } from './tenant-purge.js';
import { register as registerTenantWake } from './tenant-wake.js';
import { register as registerTextsCoverage } from './texts-coverage.js';

/** One command a file; a new one is an import and a line here. */
const commands = [
  registerAudit,
  registerCreateCompany,
  registerMakeSecrets,
  registerMetadata,
  registerMigrate,
  registerModules,
  registerImport,
  registerPrepareDatabase,
  registerReset,
  registerDoctor,
  registerSettings,
  registerOpenapi,
  registerSeed,
  registerSchemaDiff,
  registerTasks,
  registerTenantCompare,
  registerTenantExport,
  registerTenantImport,
  registerTenantPurge,
  registerTenantWake,
  registerTextsCoverage,
];

const program = new Command('kontor')
  .description('Runs and looks after a Kontor installation. Settings come from the environment; "kontor settings" lists them.')
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: true });
for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  // What an operator can put right is said in a sentence; anything else is a defect and shows where it happened.
  console.error(error instanceof OperatorError ? error.message : error);
  process.exitCode = 1;
}
