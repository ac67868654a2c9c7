import { defineModule } from '#kernel/usecase/define-module.js';
import { BoxController } from './http/box.controller.js';
import { ExportController } from './http/export.controller.js';
import { dropLeftovers, removeBox } from './jobs/remove-box.effect.js';
import { tidyBoxes } from './jobs/tidy-boxes.job.js';
import { startExport } from './list/start-export.js';
import { writeList } from './list/write-list.effect.js';
import { exportTenant } from './tenant/export-tenant.js';
import { writeTenantBox } from './tenant/write-tenant-box.effect.js';

export const listExports = defineModule({
  name: 'exports',
  description: 'Lists to take away as files, and the whole company as one archive.',
  commands: [startExport, exportTenant],
  effects: [writeList, writeTenantBox, removeBox, dropLeftovers],
  jobs: [tidyBoxes],
  controllers: [ExportController, BoxController],
});
