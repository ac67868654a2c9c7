import { defineModule } from '#kernel/usecase/define-module.js';
import { ExportController } from './http/export.controller.js';

export const listExports = defineModule({
  name: 'exports',
  description: 'Lists to take away as files.',
  controllers: [ExportController],
});
