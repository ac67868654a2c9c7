import type { JsonValue } from '#kernel/pure/json.js';
import type { InputOf } from '#kernel/resource/fields.js';
import { isDecimal } from '#kernel/resource/validators.js';
import { validate } from '#kernel/resource/validate.js';
import { toField } from '../definitions/to-field.js';
import { indexOfType, isReference, isWorkedOut, isWriting, type FieldType } from '../domain/field-types.js';
import { isKey, isOptionKey } from '../domain/names.js';
import { isNumberPattern } from '../domain/text-rules.js';
import { readLabels } from '../object/object-errors.js';
import type { FieldCheck, FieldDefinition, FieldOption, FieldSettings, Rollup } from './field-definition.resource.js';
import { unfit } from './field-errors.js';
import type { fieldInput } from './field-input.js';

type Given = InputOf<typeof fieldInput>;
export type FieldWords = Omit<
  FieldDefinition,
  'id' | 'version' | 'createdAt' | 'updatedAt' | 'objectName' | 'key' | 'type' | 'target' | 'resultType' | 'isActive'
>;

const blank: FieldWords = {
  labels: {},
  help: null,
  isRequired: false,
  requiredIf: null,
  isUnique: false,
  uniqueWithin: null,
  isIndexed: false,
  isTranslatable: false,
  sourceOwner: null,
  isReadOnly: false,
  defaultValue: null,
  checks: null,
  options: null,
  piiClass: 'none',
  settings: {},
  formula: null,
  rollup: null,
};

/** What is said of a field, on top of what was said before; checked as far as it needs nobody else. */
export function readField(given: Given, before: FieldWords = blank): FieldWords {
  const kept = Object.fromEntries(Object.entries(given).filter(([name, value]) => value !== undefined && Object.hasOwn(blank, name)));
  return {
    ...before,
    ...kept,
    ...(given.labels === undefined ? {} : { labels: readLabels(given.labels, '/labels') }),
    help: readHelp(given, before),
    ...flags(given, before),
    settings: given.settings ? readSettings(given.settings) : before.settings,
    options: given.options ? readOptions(given.options, before.options ?? []) : before.options,
    checks: given.checks ? given.checks.map((one, i) => readCheck(one, i)) : before.checks,
    uniqueWithin: readScope(given, before),
    rollup: given.rollup ? ({ ...given.rollup } as Rollup & Record<string, JsonValue>) : before.rollup,
  };
}

const flags = (given: Given, before: FieldWords) => ({
  isRequired: given.isRequired ?? before.isRequired,
  isUnique: given.isUnique ?? before.isUnique,
  isIndexed: given.isIndexed ?? before.isIndexed,
  isTranslatable: given.isTranslatable ?? before.isTranslatable,
  isReadOnly: given.isReadOnly ?? before.isReadOnly,
  piiClass: given.piiClass ?? before.piiClass,
});

const readScope = ({ uniqueWithin }: Given, before: FieldWords) =>
  uniqueWithin === undefined ? before.uniqueWithin : uniqueWithin?.length ? uniqueWithin : null;

const readHelp = ({ help }: Given, before: FieldWords) =>
  help === undefined ? before.help : help === null ? null : readLabels(help, '/help');

function readSettings(given: NonNullable<Given['settings']>): FieldSettings {
  for (const name of ['minimum', 'maximum'] as const) {
    const bound = given[name];
    if (bound !== undefined && bound !== null && !isDecimal(bound, 10)) throw unfit(`/settings/${name}`, 'is no number');
  }
  if (given.inverse && !isKey(given.inverse)) throw unfit('/settings/inverse', 'is no word in camel case');
  if (given.numberPattern && !isNumberPattern(given.numberPattern)) throw unfit('/settings/numberPattern', 'has the form C-{year}-{00000}');
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
}

const readCheck = ({ formula, message }: { readonly formula: string; readonly message: unknown }, i: number): FieldCheck => ({
  formula,
  message: readLabels(message, `/checks/${i}/message`),
});

/** Options that are left out are not forgotten: they are out of use, and their keys stay theirs. */
function readOptions(
  given: readonly { readonly key: string; readonly labels: unknown; readonly isActive?: boolean | null | undefined }[],
  before: readonly FieldOption[],
): FieldOption[] {
  const keys = given.map(({ key }) => key);
  const bad = keys.findIndex((key, i) => !isOptionKey(key) || keys.indexOf(key) !== i);
  if (bad >= 0) throw unfit(`/options/${bad}/key`, 'is no word of letters, digits and _ of its own');
  const fresh = given.map(({ key, labels, isActive }, i) => ({
    key,
    labels: readLabels(labels, `/options/${i}/labels`),
    isActive: isActive ?? true,
  }));
  return [...fresh, ...before.filter(({ key }) => !keys.includes(key)).map((option) => ({ ...option, isActive: false }))];
}

type Candidate = Omit<FieldDefinition, 'version' | 'createdAt' | 'updatedAt'>;

const longestIndexed = 500;

const isSystem = /^[a-z0-9][a-z0-9._-]*$/;

interface Fit {
  readonly isBroken: (field: Candidate) => boolean;
  readonly path: string;
  readonly message: string;
}
const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';
const isMade = ({ type }: Candidate) => isWorkedOut(type) || type === 'autonumber';
const isLooked = ({ isUnique, isIndexed }: Candidate) => isUnique || isIndexed;

const fits: readonly Fit[] = [
  { isBroken: ({ type, options }) => needsOptions(type) && (options ?? []).length === 0, path: '/options', message: 'are needed' },
  {
    isBroken: ({ type, options }) => !needsOptions(type) && options !== null,
    path: '/options',
    message: 'go with enum and multiEnum only',
  },
  { isBroken: ({ type, target }) => type === 'relation' && !target, path: '/target', message: 'is needed' },
  { isBroken: ({ type, target }) => type !== 'relation' && target !== null, path: '/target', message: 'goes with relations only' },
  { isBroken: ({ type, formula }) => type === 'formula' && !formula, path: '/formula', message: 'is needed' },
  { isBroken: ({ type, formula }) => type !== 'formula' && formula !== null, path: '/formula', message: 'goes with formulas only' },
  { isBroken: ({ type, rollup }) => type === 'rollup' && !rollup, path: '/rollup', message: 'is needed' },
  { isBroken: ({ type, rollup }) => type !== 'rollup' && rollup !== null, path: '/rollup', message: 'goes with roll-ups only' },
  { isBroken: ({ type, key }) => isReference(type) && !key.endsWith('Id'), path: '/key', message: 'of a reference ends in Id' },
  { isBroken: ({ type, isUnique }) => isWorkedOut(type) && isUnique, path: '/isUnique', message: 'does not go with what is worked out' },
  {
    isBroken: (field) => isLooked(field) && !isWorkedOut(field.type) && indexOfType(field.type) === null,
    path: '/isIndexed',
    message: 'does not go with this type',
  },
  {
    isBroken: (field) => isLooked(field) && (field.settings.maxLength ?? 0) > longestIndexed,
    path: '/settings/maxLength',
    message: `is at most ${longestIndexed} for what is indexed`,
  },
  {
    isBroken: ({ type, settings }) => type === 'text' && (settings.maxLength ?? 0) > 2000,
    path: '/settings/maxLength',
    message: 'is at most 2000 for a text; longText takes more',
  },
  {
    isBroken: ({ isUnique, uniqueWithin }) => uniqueWithin !== null && !isUnique,
    path: '/uniqueWithin',
    message: 'goes with what is unique only',
  },
  {
    isBroken: ({ isTranslatable, type }) => isTranslatable && !isWriting(type),
    path: '/isTranslatable',
    message: 'goes with text, longText and richText only',
  },
  {
    isBroken: ({ isTranslatable, isUnique }) => isTranslatable && isUnique,
    path: '/isTranslatable',
    message: 'does not go with what is unique: what tells records apart is the same in all languages',
  },
  {
    isBroken: ({ isTranslatable, settings }) => isTranslatable && isGiven(settings.mask),
    path: '/isTranslatable',
    message: 'does not go with a mask: what has a form is no writing',
  },
  {
    isBroken: ({ sourceOwner }) => sourceOwner !== null && !isSystem.test(sourceOwner),
    path: '/sourceOwner',
    message: 'is no name such as erp',
  },
  {
    isBroken: (field) => isMade(field) && field.sourceOwner !== null,
    path: '/sourceOwner',
    message: 'does not go with what is worked out',
  },
  {
    isBroken: ({ isRequired, requiredIf, sourceOwner }) => sourceOwner !== null && (isRequired || requiredIf !== null),
    path: '/sourceOwner',
    message: 'does not go with what must be filled: nobody else could write a record',
  },
  { isBroken: (field) => isMade(field) && field.isRequired, path: '/isRequired', message: 'does not go with what is worked out' },
  {
    isBroken: (field) => isMade(field) && field.defaultValue !== null,
    path: '/defaultValue',
    message: 'does not go with what is worked out',
  },
];

/** Whether all that is said goes with the type. */
export function fitType(field: Candidate): void {
  const broken = fits.find(({ isBroken }) => isBroken(field));
  if (broken) throw unfit(broken.path, broken.message);
  fitDefault(field);
}

const needsOptions = (type: FieldType) => type === 'enum' || type === 'multiEnum';

function fitDefault(field: Candidate): void {
  if (field.defaultValue === null) return;
  const made = toField({ ...field, version: 1, createdAt: new Date(0), updatedAt: new Date(0) }, 'en');
  validate({ defaultValue: { ...made, options: {} } }, { defaultValue: field.defaultValue }, 'create');
}
