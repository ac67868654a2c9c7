import { defineModule } from '#kernel/usecase/define-module.js';
import { tenantDefinitions } from './definitions/tenant-definitions.js';
import { changeType } from './field/change-type.js';
import { createField } from './field/create-field.js';
import { deleteField } from './field/delete-field.js';
import { FieldDefinition } from './field/field-definition.resource.js';
import { updateField } from './field/update-field.js';
import { FiguresMended, FiguresStale } from './figures/figures-mended.event.js';
import { keepFigures, keepMoreFigures } from './figures/keep-figures.job.js';
import { reconcileField } from './figures/reconcile-field.js';
import { reconcileFigures, reconcileSteps } from './figures/reconcile-figures.job.js';
import { createObject } from './object/create-object.js';
import { createRelation } from './object/create-relation.js';
import { deleteObject } from './object/delete-object.js';
import { ObjectDefinition } from './object/object-definition.resource.js';
import { updateObject } from './object/update-object.js';
import { exportMetadata } from './package/export-metadata.js';
import { installMetadata, listPackages } from './package/install-metadata.js';

export const customization = defineModule({
  name: 'customization',
  description: 'Fields and objects that a company defines itself, live.',
  resources: [ObjectDefinition, FieldDefinition],
  commands: [
    createObject,
    createRelation,
    updateObject,
    createField,
    updateField,
    changeType,
    reconcileField,
    deleteField,
    deleteObject,
    installMetadata,
  ],
  queries: [exportMetadata, listPackages],
  events: [FiguresStale, FiguresMended],
  jobs: [keepFigures, keepMoreFigures, reconcileFigures, reconcileSteps],
  tenantDefinitions,
});
