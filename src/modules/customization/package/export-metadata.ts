import type { JsonObject, JsonValue } from '#kernel/pure/json.js';
import { integer, json } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { versionOf } from '../definitions/load-definitions.js';
import { FieldDefinition } from '../field/field-definition.resource.js';
import { ObjectDefinition, type Stage } from '../object/object-definition.resource.js';
import { writePackage, type PackageField, type PackageObject } from './package.js';

export const exportMetadata = defineQuery({
  name: 'metadata.export',
  summary: 'All fields and objects the company has defined, as one package that another company can install.',
  graphql: 'metadataPackage',
  rest: { method: 'GET', path: '/metadata/export' },
  input: {},
  output: {
    package: json<JsonObject, { required: true; description: string }>({
      required: true,
      description: 'The package: keep it as a file of JSON.',
    }),
    metadataVersion: integer({ required: true, description: 'The version of the metadata it is of.' }),
  },

  async run(_input, work) {
    const objects = await work.system.repo(ObjectDefinition).list({}, { orderBy: ['id'] });
    const fields = await work.system.repo(FieldDefinition).list({}, { orderBy: ['id'] });
    const made = writePackage({ name: 'company', description: {}, objects: objects.map(objectOf), fields: fields.map(fieldOf) });
    return { package: made, metadataVersion: await versionOf(work) };
  },
});

const objectOf = ({
  key,
  plural,
  labels,
  help,
  icon,
  nameField,
  features,
  stages,
  isRelation,
  isActive,
}: ObjectDefinition): PackageObject => ({
  key,
  plural,
  labels,
  ...(help ? { help } : {}),
  ...(icon === null ? {} : { icon }),
  ...(nameField === null ? {} : { nameField }),
  ...(features === null ? {} : { features }),
  ...(stages === null ? {} : { stages: stages.filter(({ isActive: isUsed }) => isUsed).map(stageOf) }),
  ...(isRelation ? { isRelation } : {}),
  ...(isActive ? {} : { isActive }),
});

const stageOf = ({ key, labels, next, isFinal }: Stage) => ({
  key,
  labels: { ...labels },
  ...(next ? { next: [...next] } : {}),
  ...(isFinal ? { isFinal } : {}),
});

/** Beyond the usual only: what is false, empty or none is left out. */
export function fieldOf(field: FieldDefinition): PackageField {
  const { objectName, key, type, labels, target, isActive } = field;
  return {
    objectName,
    key,
    type,
    labels,
    ...(target === null ? {} : { target }),
    ...(isActive ? {} : { isActive }),
    more: Object.fromEntries<JsonValue>(
      said.map((name): [string, JsonValue] => [name, field[name] as JsonValue]).filter(([name, value]) => !isUsual(name, value)),
    ),
  };
}

const said = [
  'help',
  'isRequired',
  'requiredIf',
  'isUnique',
  'uniqueWithin',
  'isIndexed',
  'isTranslatable',
  'sourceOwner',
  'isReadOnly',
  'defaultValue',
  'checks',
  'options',
  'piiClass',
  'settings',
  'formula',
  'rollup',
] as const;

const isUsual = (name: string, value: JsonValue): boolean =>
  value === null ||
  (value === false && name !== 'defaultValue') ||
  (name === 'piiClass' && value === 'none') ||
  (name === 'settings' && Object.keys(value as object).length === 0);
