import { defineModule } from '../usecase/define-module.js';
import { disableModule } from './disable-module.js';
import { enableModule } from './enable-module.js';
import { ModuleDisabled, ModuleEnabled } from './events.js';
import { listModules } from './list-modules.js';
import { planModules } from './plan-modules.js';
import { settleModules } from './settle-modules.job.js';
import { TenantModule } from './tenant-module.resource.js';

/** Modules themselves: which of them are on in a tenant. */
export const moduleSwitches = defineModule({
  name: 'modules',
  description: 'Which modules of the installation are on in a company, and how they are switched.',
  resources: [TenantModule],
  commands: [enableModule, disableModule],
  queries: [listModules, planModules],
  events: [ModuleEnabled, ModuleDisabled],
  jobs: [settleModules],
});
