import type { Field, FieldIndex, FieldOptions, FieldRule, Stored } from '#kernel/resource/fields.js';
import { codeOf, typeCode } from '#kernel/resource/ids.js';
import { snake } from '#kernel/resource/names.js';
import { fitsMask, isPlace, isTimeOfDay } from '../domain/text-rules.js';
import { indexOfType, isReference, isWorkedOut } from '../domain/field-types.js';
import type { FieldDefinition } from '../field/field-definition.resource.js';
import type { Labels } from '../object/object-definition.resource.js';

/** A text in the company's language, or in whatever language there is. */
export const inLanguage = (labels: Labels | null, locale: string): string =>
  labels?.[locale] ?? labels?.['en'] ?? Object.values(labels ?? {})[0] ?? '';

/** The definition of a field as the kernel has those of the product; formulas get their statements later. */
export function toField(definition: FieldDefinition, locale: string): Field {
  const shape = shapeOf(definition);
  const rules = rulesOf(definition);
  return {
    ...shape,
    options: { ...optionsOf(definition, locale), ...shape.more },
    stored: storedOf(definition),
    labels: ownFirst(definition.labels, locale),
    ...(definition.options ? { valueLabels: optionLabels(definition.options, locale) } : {}),
    ...(rules.length > 0 ? { rules } : {}),
  };
}

/** The labels with those in the company's language at their head: what is said to whom nothing better can be said. */
export function ownFirst(labels: Labels, locale: string): Labels {
  const own = [locale, locale.split('-')[0] ?? '', 'en'].find((tag) => Object.hasOwn(labels, tag));
  return own === undefined ? labels : { [own]: labels[own] ?? '', ...labels };
}

const optionLabels = (options: NonNullable<FieldDefinition['options']>, locale: string) =>
  Object.fromEntries(options.map(({ key, labels }) => [key, ownFirst(labels, locale)]));

type Shape = Omit<Field, 'options' | 'stored' | 'rules'> & { readonly more?: FieldOptions };

const shapes: Readonly<Record<FieldDefinition['type'], (definition: FieldDefinition) => Shape>> = {
  text: ({ settings }) => ({ kind: 'text', max: settings.maxLength ?? 200 }),
  longText: ({ settings }) => ({ kind: 'longText', max: settings.maxLength ?? 100_000 }),
  richText: ({ settings }) => ({ kind: 'longText', max: settings.maxLength ?? 100_000 }),
  int: ({ settings }) => ({ kind: 'integer', range: rangeOf(settings) }),
  duration: ({ settings }) => ({ kind: 'integer', range: { min: 0, ...rangeOf(settings) } }),
  decimal: ({ settings }) => ({ kind: 'decimal', scale: settings.scale ?? 2, range: rangeOf(settings) }),
  percent: ({ settings }) => ({ kind: 'decimal', scale: settings.scale ?? 2, range: rangeOf(settings) }),
  money: () => ({ kind: 'money', scale: 4 }),
  bool: () => ({ kind: 'boolean' }),
  date: () => ({ kind: 'date' }),
  dateTime: () => ({ kind: 'instant' }),
  time: () => ({ kind: 'text', max: 8 }),
  enum: ({ options }) => ({ kind: 'choice', values: (options ?? []).map(({ key }) => key) }),
  multiEnum: ({ options }) => ({
    kind: 'list',
    max: 200,
    item: { kind: 'choice', values: (options ?? []).map(({ key }) => key), options: {} },
  }),
  email: () => ({ kind: 'email', max: 254 }),
  phone: () => ({ kind: 'phone', max: 32 }),
  url: () => ({ kind: 'url', max: 2000 }),
  address: () => ({ kind: 'address' }),
  geo: () => ({ kind: 'json' }),
  json: () => ({ kind: 'json' }),
  user: ({ settings }) => reference('user', settings),
  file: () => ({ kind: 'text', max: 36 }),
  relation: ({ target, settings }) => reference(target ?? '', settings),
  autonumber: () => ({ kind: 'text', max: 80 }),
  formula: calculated,
  rollup: calculated,
};

const shapeOf = (definition: FieldDefinition): Shape => shapes[definition.type](definition);

function reference(target: string, { inverse, onDelete }: FieldDefinition['settings']): Shape {
  return { kind: 'ref', target, ...(inverse ? { inverse } : {}), onDelete: onDelete ?? 'restrict' };
}

function calculated({ resultType, settings }: FieldDefinition): Shape {
  switch (resultType) {
    case 'number':
      return { kind: 'decimal', scale: settings.scale ?? 2 };
    case 'count':
      return { kind: 'integer' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'date':
      return { kind: 'date' };
    case 'instant':
      return { kind: 'instant' };
    default:
      return { kind: 'text', max: 2000 };
  }
}

function rangeOf({ minimum, maximum }: FieldDefinition['settings']) {
  return { ...(isGiven(minimum) ? { min: Number(minimum) } : {}), ...(isGiven(maximum) ? { max: Number(maximum) } : {}) };
}
const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

function optionsOf(definition: FieldDefinition, locale: string): FieldOptions {
  const { type } = definition;
  const isSystem = definition.isReadOnly || isWorkedOut(type) || type === 'autonumber';
  return {
    description: descriptionOf(definition, locale),
    ...(definition.isRequired && !isSystem ? { required: true } : {}),
    ...(isSystem ? { writer: 'system' } : {}),
    ...(isGiven(definition.defaultValue) ? { default: definition.defaultValue } : {}),
    ...(definition.sourceOwner ? { sourceOwner: definition.sourceOwner } : {}),
    ...keptWith(definition),
  };
}

/** What goes with its values where they are kept. */
const keptWith = (definition: FieldDefinition): FieldOptions => ({
  ...(definition.piiClass === 'none' ? {} : { personal: true }),
  ...(definition.isTranslatable ? { translatable: true } : {}),
  ...(definition.isUnique && !definition.uniqueWithin?.length ? { unique: true } : {}),
  ...(isIndexed(definition) ? { index: true } : {}),
});

const descriptionOf = ({ labels, help, type, sourceOwner }: FieldDefinition, locale: string): string =>
  [inLanguage(labels, locale), inLanguage(help, locale), unitOf[type] ?? '', sourceOwner ? `Written by ${sourceOwner} alone` : '']
    .filter((text) => text !== '')
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
    .join(' ');

const unitOf: Readonly<Partial<Record<FieldDefinition['type'], string>>> = {
  duration: 'In whole seconds.',
  percent: 'In per cent.',
  time: 'A time of day, `09:30`.',
  file: 'The id of a file that hangs on the record.',
  richText: 'Markdown (CommonMark).',
  geo: '`{"latitude": 52.52, "longitude": 13.405}`.',
};

/** References always are: what points at a record must be found when that is deleted. */
export const isIndexed = ({ isIndexed: wanted, isUnique, type }: FieldDefinition): boolean =>
  wanted || isUnique || isReference(type) || type === 'autonumber';

function storedOf(definition: FieldDefinition): Stored {
  const { id, key, type, settings, isUnique, uniqueWithin } = definition;
  if (isWorkedOut(type)) return { in: 'formula', sql: () => 'null' };
  const table = isIndexed(definition) ? indexOfType(type) : null;
  const index: FieldIndex | null = table && {
    table: `kernel.field_index_${table}`,
    cast: casts[table],
    fieldId: id,
    isUnique: isUnique || type === 'autonumber',
    ...(uniqueWithin?.length ? { scope: uniqueWithin.map((name) => ({ member: name, column: snake(name) })) } : {}),
  };
  const series = type === 'autonumber' ? { series: { name: `field ${id}`, pattern: settings.numberPattern ?? '{000000}' } } : {};
  return { in: 'custom', key, ...(index ? { index } : {}), ...series };
}

const isFileId = (id: unknown) => typeof id === 'string' && codeOf(id) === typeCode('file');
const casts = { text: 'text', num: 'numeric', time: 'timestamptz', bool: 'boolean', ref: 'uuid' } as const;

function rulesOf({ type, settings, options }: FieldDefinition): FieldRule[] {
  const { mask } = settings;
  const retired = new Set((options ?? []).filter(({ isActive }) => !isActive).map(({ key }) => key));
  const isInUse = (value: unknown) => ![value].flat().some((key) => typeof key === 'string' && retired.has(key));
  return [
    ...(type === 'time' ? [{ code: 'not_a_time', message: 'is no time of day such as 09:30', holds: isTimeOfDay }] : []),
    ...(type === 'file' ? [{ code: 'not_a_file', message: 'is no id of a file', holds: isFileId }] : []),
    ...(type === 'geo' ? [{ code: 'not_a_place', message: 'needs {latitude, longitude} in degrees', holds: isPlace }] : []),
    ...(mask
      ? [
          {
            code: 'wrong_form',
            message: `does not have the form ${mask}`,
            holds: (v: unknown) => typeof v === 'string' && fitsMask(v, mask),
          },
        ]
      : []),
    ...(retired.size > 0 ? [{ code: 'option_retired', message: 'is a choice that is not used any more', holds: isInUse }] : []),
  ];
}
