import { defineModule } from '#kernel/usecase/define-module.js';
import { tenantDefinitions } from './definitions/tenant-definitions.js';
import { createField } from './field/create-field.js';
import { FieldDefinition } from './field/field-definition.resource.js';
import { updateField } from './field/update-field.js';
import { createObject } from './object/create-object.js';
import { ObjectDefinition } from './object/object-definition.resource.js';
import { updateObject } from './object/update-object.js';

export const customization = defineModule({
  name: 'customization',
  description: 'Fields and objects that a company defines itself, live.',
  resources: [ObjectDefinition, FieldDefinition],
  commands: [createObject, updateObject, createField, updateField],
  tenantDefinitions,
});
