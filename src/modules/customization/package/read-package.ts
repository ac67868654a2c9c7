import { invalid, type DomainError } from '#kernel/errors/domain-error.js';
import type { JsonObject, JsonValue } from '#kernel/pure/json.js';
import { textOf } from '#kernel/pure/text.js';
import { boolean, choice, json, list, object, text } from '#kernel/resource/fields.js';
import { validate } from '#kernel/resource/validate.js';
import { FIELD_TYPES } from '../domain/field-types.js';
import { fieldInput } from '../field/field-input.js';
import { featuresInput } from '../object/object-input.js';
import { readLabels } from '../object/object-errors.js';
import type { StagesSaid } from '../object/read-features.js';
import { packageFormat, type MetadataPackage, type PackageField, type PackageObject } from './package.js';

const labels = json({ required: true, description: 'Texts by language.' });
const objectShape = {
  key: text(60, { required: true }),
  plural: text(60, { required: true }),
  labels,
  help: json(),
  icon: text(60),
  nameField: text(60),
  ...featuresInput,
  isRelation: boolean(),
  isActive: boolean(),
} as const;
const fieldShape = {
  objectName: text(80, { required: true }),
  key: text(60, { required: true }),
  type: choice(FIELD_TYPES, { required: true }),
  target: text(80),
  isActive: boolean(),
  ...fieldInput,
  labels,
} as const;
const shape = {
  format: text(40, { required: true }),
  name: text(80, { required: true }),
  description: json(),
  objects: list(object(objectShape, { name: 'PackageObject' }), { max: 200 }),
  fields: list(object(fieldShape, { name: 'PackageField' }), { max: 5_000 }),
} as const;

const malformed = (path: string, message: string): DomainError =>
  invalid('metadata.package_malformed', `This is no package of fields and objects: ${path} ${message}.`, {
    errors: [{ path, code: 'package_malformed', message }],
  });

type Members = Readonly<Record<string, JsonValue | undefined>>;

/** A package as somebody has written it; refuses what is none. */
export function readPackage(value: unknown): MetadataPackage {
  const read = validate(shape, value, 'create') as Members;
  if (read['format'] !== packageFormat) throw malformed('/format', `is not ${packageFormat}`);
  const objects = (read['objects'] ?? []) as readonly Members[];
  const fields = (read['fields'] ?? []) as readonly Members[];
  refuseTwice(objects, (one) => textOf(one['key']), '/objects');
  refuseTwice(fields, (one) => `${textOf(one['objectName'])}.${textOf(one['key'])}`, '/fields');
  return {
    name: textOf(read['name']),
    description: read['description'] ? readLabels(read['description'], '/description') : {},
    objects: objects.map(readObject),
    fields: fields.map(readField),
  };
}

function refuseTwice(list: readonly Members[], nameOf: (one: Members) => string, path: string): void {
  const names = list.map(nameOf);
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (twice >= 0) throw malformed(`${path}/${twice}`, 'comes a second time');
}

const given = (members: Members): JsonObject =>
  Object.fromEntries(Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined && entry[1] !== null));

function readObject(members: Members, i: number): PackageObject {
  const { key, plural, help, icon, nameField, features, stages, isRelation, isActive } = members;
  return {
    key: textOf(key),
    plural: textOf(plural),
    labels: readLabels(members['labels'], `/objects/${i}/labels`),
    ...(help ? { help: readLabels(help, `/objects/${i}/help`) } : {}),
    ...(typeof icon === 'string' ? { icon } : {}),
    ...(typeof nameField === 'string' ? { nameField } : {}),
    ...(features ? { features: features } : {}),
    ...(stages ? { stages: stages as unknown as StagesSaid } : {}),
    ...(isRelation === true ? { isRelation } : {}),
    ...(isActive === false ? { isActive } : {}),
  };
}

function readField(members: Members, i: number): PackageField {
  const { objectName, key, type, labels: named, target, isActive, ...rest } = members;
  return {
    objectName: textOf(objectName),
    key: textOf(key),
    type: type as PackageField['type'],
    labels: readLabels(named, `/fields/${i}/labels`),
    ...(typeof target === 'string' ? { target } : {}),
    ...(isActive === false ? { isActive } : {}),
    more: given(rest),
  };
}
