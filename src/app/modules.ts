import { identity } from '#modules/identity/identity.module.js';
import { customers } from '#modules/customers/customers.module.js';
import { catalog } from '#modules/catalog/catalog.module.js';
import { sales } from '#modules/sales/sales.module.js';
import { marketing } from '#modules/marketing/marketing.module.js';
import { service } from '#modules/service/service.module.js';
import { analytics } from '#modules/analytics/analytics.module.js';
import { imports } from '#modules/imports/imports.module.js';
import { listExports } from '#modules/exports/exports.module.js';
import { files } from '#modules/files/files.module.js';
import { quality } from '#modules/quality/quality.module.js';
import { relationsModule } from '#modules/relations/relations.module.js';
import { timelineModule } from '#modules/timeline/timeline.module.js';
import { labellerOf } from './texts/read-labels.js';
import { textsModule } from './texts/texts.module.js';
import { moduleSwitches } from '#kernel/modules/modules.module.js';
import { customization } from '#modules/customization/customization.module.js';
import { audit } from '#kernel/audit/audit.module.js';
import { translationsModule } from '#kernel/translations/translations.module.js';
import { operations } from '#kernel/operations/operations.module.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';

/** What this CRM is made of, in the order of who may call whom. */
export const allModules: readonly ModuleSpec[] = [
  identity,
  moduleSwitches,
  operations,
  customization,
  audit,
  translationsModule,
  customers,
  catalog,
  sales,
  marketing,
  service,
  analytics,
  imports,
  listExports,
  files,
  quality,
  relationsModule(labellerOf),
  timelineModule(labellerOf),
  textsModule,
];
