import { DomainError, invalid } from '../errors/domain-error.js';
import type { Field } from '../resource/fields.js';
import { isUuid } from '../resource/ids.js';
import { isDay, isDecimal, isInstant, isStorable } from '../resource/validators.js';

/** How values of a kind are compared in SQL: the cast of a parameter and the check its values must pass. */
export interface Leaf {
  readonly cast: string;
  readonly convert: (value: unknown) => unknown;
}

/** The same leaf, whose refusals name a place in the filter by its JSON pointer. */
export const placed = (leaf: Leaf, path: string): Leaf => ({
  cast: leaf.cast,
  convert: (value) => {
    try {
      return leaf.convert(value);
    } catch (error) {
      throw error instanceof DomainError ? badAt(error, path) : error;
    }
  },
});

/** A member's name as part of a JSON pointer, no longer than need be. */
export const pointer = (name: string): string => name.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1');

/** The refusal of a value, as one of `path`. */
export const badAt = ({ kind, code, message, details }: DomainError, path: string): DomainError =>
  new DomainError(kind, code, `${message} See ${path}.`, {
    ...details,
    errors: [{ path, code: code.slice(code.indexOf('.') + 1), message }],
  });

const refuse = (what: string) => invalid('filter.bad_value', `A filter value is not valid: it must be ${what}.`);

const checked = (cast: string, what: string, holds: (value: unknown) => boolean, shape: (value: unknown) => unknown = (v) => v): Leaf => ({
  cast,
  convert: (value) => {
    if (!holds(value)) throw refuse(what);
    return shape(value);
  },
});

const isText = (v: unknown) => typeof v === 'string' && v.length <= 2000 && isStorable(v);

export const textLeaf = checked('text', 'a text of at most 2,000 characters, without NUL and halves of surrogate pairs', isText);
export const idLeaf = checked('uuid', 'an id', (v) => typeof v === 'string' && isUuid(v));
export const integerLeaf = checked(
  'integer',
  'a whole number from -2147483647 to 2147483647',
  (v) => Number.isInteger(v) && Math.abs(v as number) < 2 ** 31,
);
export const decimalLeaf = checked('numeric', 'a decimal number', (v) => isDecimal(v, 15), String);
export const booleanLeaf = checked('boolean', 'true or false', (v) => typeof v === 'boolean');
export const dateLeaf = checked('date', 'a day written YYYY-MM-DD', isDay);
export const instantLeaf = checked('timestamptz', 'an instant such as 2026-03-02T09:00:00Z', isInstant);
const localLeaf = checked('timestamp', 'a local time such as 2026-03-02T09:00:00', (v) => typeof v === 'string' && isInstant(`${v}Z`));

const leaves: Readonly<Record<Field['kind'], Leaf | null>> = {
  text: textLeaf,
  longText: textLeaf,
  email: textLeaf,
  phone: textLeaf,
  url: textLeaf,
  choice: textLeaf,
  boolean: booleanLeaf,
  integer: integerLeaf,
  decimal: decimalLeaf,
  date: dateLeaf,
  instant: instantLeaf,
  plan: localLeaf,
  ref: idLeaf,
  money: null,
  address: null,
  json: null,
  list: null,
  object: null,
};

/** The leaf of a field that has a single comparable value; null for json, address and money, which have none. */
export const leafOf = (field: Field): Leaf | null => leaves[field.kind];

export const mostValues = 500;
export const tooManyValues = () => invalid('filter.too_many_values', `A list in a filter holds at most ${mostValues} values.`);

/** The same leaf for lists, as an array parameter of at most 500 values. */
export const listOf = (leaf: Leaf): Leaf => ({
  cast: `${leaf.cast}[]`,
  convert: (value) => {
    const list = Array.isArray(value) ? (value as unknown[]) : [value];
    if (list.length > mostValues) throw tooManyValues();
    return list.map(leaf.convert);
  },
});
