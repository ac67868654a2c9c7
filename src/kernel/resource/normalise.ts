import parsePhoneNumber from 'libphonenumber-js/max';
import { textOf } from '../pure/text.js';
import type { Field, Fields, Money, ZonedPlan } from './fields.js';

const shapes: Readonly<Partial<Record<Field['kind'], (value: unknown) => unknown>>> = {
  email: (value) => textOf(value).trim().toLowerCase(),
  phone: (value) => phoneNumber(textOf(value)) ?? value,
  decimal: textOf,
  instant: (value) => (value instanceof Date ? value : new Date(textOf(value))),
  money: (value) => ({ amount: textOf((value as Money).amount), currency: (value as Money).currency }),
  plan: (value) => ({ local: (value as ZonedPlan).local, zone: (value as ZonedPlan).zone }),
  ref: (value) => textOf(value).toLowerCase(),
};

/** Turns a valid JSON value into what rows hold: instants become Date, e-mail lower case, phones E.164. */
export function normalise(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const shape = shapes[field.kind];
  return shape ? shape(value) : value;
}

/** E.164, or null when it is no number. Numbers without a country code are read as German. */
export function phoneNumber(text: string): string | null {
  const parsed = parsePhoneNumber(text, 'DE');
  return parsed?.isPossible() ? parsed.number : null;
}

/** Values of fields that input left out: their defaults, else null. */
export function withDefaults(fields: Fields, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name];
    row[name] = normalise(field, value === undefined ? (field.options.default ?? null) : value);
  }
  return row;
}
