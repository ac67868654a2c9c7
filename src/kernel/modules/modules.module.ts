import { defineModule } from '../usecase/define-module.js';
import { cancelPurge } from './cancel-purge.js';
import { disableModule } from './disable-module.js';
import { enableModule } from './enable-module.js';
import { ModuleDisabled, ModuleEnabled, ModulePurged, PurgeCalledOff, PurgeScheduled } from './events.js';
import { listModules } from './list-modules.js';
import { planModules } from './plan-modules.js';
import { proveExport } from './prove-export.effect.js';
import { purgeModule, removeContents } from './purge-module.job.js';
import { schedulePurge } from './schedule-purge.js';
import { settleModules } from './settle-modules.job.js';
import { TenantModule } from './tenant-module.resource.js';

/** Modules themselves: which of them are on in a tenant. */
export const moduleSwitches = defineModule({
  name: 'modules',
  description: 'Which modules of the installation are on in a company, how they are switched, and how what they have is deleted.',
  resources: [TenantModule],
  commands: [enableModule, disableModule, schedulePurge, cancelPurge],
  queries: [listModules, planModules],
  events: [ModuleEnabled, ModuleDisabled, PurgeScheduled, PurgeCalledOff, ModulePurged],
  jobs: [settleModules, purgeModule],
  effects: [proveExport, removeContents],
});
