import parsePhoneNumber from 'libphonenumber-js/max';
import type { Field, Fields, Money } from './fields.js';

/** Turns a valid JSON value into what rows hold: instants become Date, e-mail lower case, phones E.164. */
export function normalise(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (field.kind) {
    case 'email':
      return String(value).trim().toLowerCase();
    case 'phone':
      return phoneNumber(String(value)) ?? value;
    case 'decimal':
      return String(value);
    case 'instant':
      return value instanceof Date ? value : new Date(String(value));
    case 'money':
      return { amount: String((value as Money).amount), currency: (value as Money).currency };
    case 'ref':
      return String(value).toLowerCase();
    default:
      return value;
  }
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
