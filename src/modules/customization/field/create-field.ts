import { conflict, invalid } from '#kernel/errors/domain-error.js';
import { isExtensible, type Resource } from '#kernel/resource/define-resource.js';
import { choice, integer, json, ref, text } from '#kernel/resource/fields.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { relationsOf } from '#kernel/resource/relations.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { loadDefinitions } from '../definitions/load-definitions.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { productOf } from '../definitions/tenant-definitions.js';
import { isIndexed } from '../definitions/to-field.js';
import { FIELD_TYPES, isReference } from '../domain/field-types.js';
import { isKey, isReserved } from '../domain/names.js';
import { keyMalformed, labelErrors } from '../object/object-errors.js';
import type { JsonValue } from '#kernel/pure/json.js';
import { stageNames } from '../object/read-features.js';
import { ObjectDefinition } from '../object/object-definition.resource.js';
import { refillFigures } from '../figures/refill-figures.js';
import { checkFormulas } from './check-formulas.js';
import { checkScope } from './check-scope.js';
import { FieldDefinition } from './field-definition.resource.js';
import { fieldErrors, unfit } from './field-errors.js';
import { fieldInput } from './field-input.js';
import { fitType, readField } from './read-field.js';

const mostFields = 500;
const mostIndexed = 50;

export const createField = defineCommand({
  name: 'field_definition.create',
  summary: 'Give an object, built-in or your own, a field. It is there at once, for everybody and in every way.',
  rest: { path: '/field-definitions', status: 201 },
  input: {
    objectName: text(80, { required: true, description: 'The object: `account`, `x_parking_permit`.' }),
    key: text(60, { required: true, description: 'Its name in GraphQL, REST and filters, in camel case; stable for ever.' }),
    type: choice(FIELD_TYPES, { required: true }),
    ...fieldInput,
    labels: json<JsonValue, { required: true; description: string }>({
      required: true,
      description: 'Its name by language: `{"de": "Vertragsnummer", "en": "Contract number"}`.',
    }),
    target: text(80, { description: 'Of relations: the object pointed at.' }),
    metadataVersion: expectedMetadata,
  },
  output: { fieldDefinitionId: ref('field_definition', { required: true }), metadataVersion: integer({ required: true }) },
  errors: { ...metadataErrors, ...labelErrors, ...fieldErrors },

  async run(input, work) {
    const { objectName, key, type, target, metadataVersion: expected } = input;
    if (!isKey(key)) throw keyMalformed('/key');
    const metadataVersion = await nextVersion(work, expected);
    await refuseKey(work, objectName, key);
    const words = readField(input);
    const id = newId(typeCode('field_definition'), work.now.getTime());
    const field = { ...words, id, objectName, key, type, target: target ?? null, resultType: null, isActive: true };
    fitType(field);
    await refuseTarget(work, field);
    const definitions = await loadDefinitions(work, metadataVersion);
    const whole: FieldDefinition = { ...field, version: 1, createdAt: work.now, updatedAt: work.now };
    refuseTooMany([...definitions.fields, whole], objectName);
    refuseMeeting(work, definitions.fields, whole);
    checkScope(productOf(work), definitions.fields, whole);
    const resultType = checkFormulas(productOf(work), definitions, whole);
    await work.system.repo(FieldDefinition).create({ ...field, resultType });
    await refillFigures(work, definitions);
    return { fieldDefinitionId: id, metadataVersion };
  },
});

/** Keys are taken for ever, and some belong to every record or to the product. */
async function refuseKey(work: Work, objectName: string, key: string): Promise<void> {
  const base = productOf(work).resources.get(objectName);
  const own = base ? null : await work.system.repo(ObjectDefinition).first({ name: objectName });
  if (!own && !(base && isExtensible(base)))
    throw invalid('field_definition.object_unknown', `There is no object "${objectName.slice(0, 80)}" that can have fields of yours.`, {
      errors: [{ path: '/objectName', code: 'object_unknown', message: 'is no object that can have fields of yours' }],
    });
  const taken = base ? namesOf(work, base) : namesOfOwn(own);
  if (isReserved(key) || taken.includes(key))
    throw conflict('field_definition.key_reserved', `A field cannot be called "${key}": the word is used already.`, {
      errors: [{ path: '/key', code: 'key_reserved', message: 'is used already' }],
    });
  if (await work.system.repo(FieldDefinition).first({ objectName, key }))
    throw conflict('field_definition.key_taken', `The object has a field "${key}" already, in use or not.`);
}

const namesOfOwn = (object: ObjectDefinition | null): readonly string[] => (object?.stages ? stageNames : []);

function namesOf(work: Work, base: Resource): string[] {
  const inverses = productOf(work).inverses.get(base.name) ?? [];
  return [...Object.keys(base.fields), ...relationsOf(base).keys(), ...inverses.map(({ name }) => name)];
}

async function refuseTarget(work: Work, { type, target }: Pick<FieldDefinition, 'type' | 'target'>): Promise<void> {
  if (!isReference(type)) return;
  const name = target ?? type;
  if (productOf(work).resources.has(name) || (await work.system.repo(ObjectDefinition).first({ name, isActive: true }))) return;
  throw unfit('/target', 'is no object');
}

/** A record has its fields and the lists of those that refer to it under one roof: no two of them share a name. */
export function refuseMeeting(work: Work, others: readonly FieldDefinition[], field: FieldDefinition): void {
  const names = (object: string) => [
    ...others.flatMap(({ id, objectName, key, type }) =>
      id === field.id || objectName !== object ? [] : [key, ...(isReference(type) ? [key.slice(0, -2)] : [])],
    ),
    ...others.flatMap(({ id, type, target, settings }) =>
      id !== field.id && isReference(type) && (target ?? type) === object && settings.inverse ? [settings.inverse] : [],
    ),
  ];
  const own = isReference(field.type) ? [field.key, field.key.slice(0, -2)] : [field.key];
  if (names(field.objectName).some((name) => own.includes(name))) throw unfit('/key', 'is the name of a list or reference of the object');
  refuseTexts(others, field, names(field.objectName));
  const { inverse } = field.settings;
  if (!inverse || !isReference(field.type)) return;
  const target = field.target ?? field.type;
  const base = productOf(work).resources.get(target);
  const given = base ? [...Object.keys(base.fields), ...relationsOf(base).keys()] : [];
  const lists = (productOf(work).inverses.get(target) ?? []).map(({ name }) => name);
  if (isReserved(inverse) || [...given, ...lists, ...names(target)].includes(inverse))
    throw unfit('/settings/inverse', 'is a name the target has already');
}

/** Texts in several languages are told by a field `translations`. */
function refuseTexts(
  others: readonly FieldDefinition[],
  { objectName, key, isTranslatable }: FieldDefinition,
  taken: readonly string[],
): void {
  if (isTranslatable && taken.includes('translations'))
    throw unfit('/isTranslatable', 'does not go with a field or list called translations');
  const hasTexts = others.some((other) => other.objectName === objectName && other.isTranslatable);
  if (key === 'translations' && hasTexts) throw unfit('/key', 'is the name of what tells the translations');
}

export function refuseTooMany(fields: readonly FieldDefinition[], objectName: string): void {
  const own = fields.filter((field) => field.objectName === objectName);
  if (own.length > mostFields)
    throw conflict('metadata.limit_exceeded', `An object has at most ${mostFields} fields of yours.`, { limit: mostFields });
  if (own.filter(isIndexed).length > mostIndexed)
    throw conflict('metadata.limit_exceeded', `At most ${mostIndexed} fields of an object are indexed.`, { limit: mostIndexed });
}
