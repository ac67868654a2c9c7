import { boolean, integer, json, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { loadDefinitions } from '../definitions/load-definitions.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { refillFigures } from '../figures/refill-figures.js';
import { labelErrors, readIcon, readLabels } from './object-errors.js';
import type { Work } from '#kernel/usecase/work.js';
import { FieldDefinition } from '../field/field-definition.resource.js';
import { ObjectDefinition } from './object-definition.resource.js';
import { featuresInput } from './object-input.js';
import { featureErrors, readFeatures, stageNames, unfitStages } from './read-features.js';

export const updateObject = defineCommand({
  name: 'object_definition.update',
  summary: 'Change what an object of your own is called, or take it out of use. Its key stays, and so do its records.',
  rest: { method: 'PATCH', path: '/object-definitions/{objectDefinitionId}' },
  input: {
    objectDefinitionId: ref('object_definition', { required: true }),
    labels: json({ description: 'Its name by language.' }),
    help: json({ description: 'What it is, by language.' }),
    icon: text(60, { description: 'What front ends show it by: `car`, `mdi:file-sign`.' }),
    nameField: text(60, { description: 'Key of the field people know a record by.' }),
    ...featuresInput,
    isActive: boolean({ description: 'Out of use, it is in no schema and no route; its records stay where they are.' }),
    metadataVersion: expectedMetadata,
  },
  output: { objectDefinitionId: ref('object_definition', { required: true }), metadataVersion: integer({ required: true }) },
  errors: { ...metadataErrors, ...labelErrors, ...featureErrors },

  async run({ objectDefinitionId, labels, help, icon, nameField, features, stages, isActive, metadataVersion: expected }, work) {
    const metadataVersion = await nextVersion(work, expected);
    const before = await work.repo(ObjectDefinition).lock(objectDefinitionId);
    const definitions = await loadDefinitions(work, metadataVersion);
    const said = readFeatures({ features, stages }, before);
    if (said.stages) await refuseNamed(work, before.name);
    await work.system.repo(ObjectDefinition).update(objectDefinitionId, {
      ...said,
      labels: labels === undefined || labels === null ? before.labels : readLabels(labels, '/labels'),
      help: help === undefined ? before.help : help === null ? null : readLabels(help, '/help'),
      icon: icon === undefined ? before.icon : readIcon(icon),
      nameField: nameField === undefined ? before.nameField : nameField,
      isActive: isActive ?? before.isActive,
    });
    await refillFigures(work, definitions);
    return { objectDefinitionId, metadataVersion };
  },
});

/** Where a record stands is told by its field `stage`. */
async function refuseNamed(work: Work, name: string): Promise<void> {
  const fields = await work.system.repo(FieldDefinition).list({});
  const isOwn = fields.some(({ objectName, key }) => objectName === name && stageNames.includes(key));
  const isList = fields.some(({ target, type, settings }) => (target ?? type) === name && settings.inverse === 'stage');
  if (isOwn || isList) throw unfitStages('/stages', 'do not go with a field or list that is called stage');
}
