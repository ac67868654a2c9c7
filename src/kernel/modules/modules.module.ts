import { defineModule } from '../usecase/define-module.js';
import { TenantModule } from './tenant-module.resource.js';

/** Modules themselves: which of them are on in a tenant. */
export const moduleSwitches = defineModule({
  name: 'modules',
  description: 'Which modules of the installation are on in a company, and how they are switched.',
  resources: [TenantModule],
});
