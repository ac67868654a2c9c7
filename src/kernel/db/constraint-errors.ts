import { DomainError, conflict, invalid, unavailable } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import { camel, snake } from '../resource/names.js';

interface DatabaseError {
  readonly code?: string;
  readonly constraint?: string;
  readonly message: string;
}

type Translator = (error: DatabaseError, resource: Resource | undefined) => unknown;

const notStorable: Translator = () =>
  invalid('input.not_storable', 'The input holds a character that cannot be stored (NUL or half a surrogate pair).');

const outOfRange: Translator = () => invalid('input.out_of_range', 'The input holds a number, a day or a time that is out of range.');

const translators: Readonly<Record<string, Translator>> = {
  '23505': (error, resource) => (resource ? (ownFieldTaken(resource, error) ?? taken(resource, error.constraint ?? '')) : error),
  '23503': (error, resource) => missingOrUsed(resource?.name ?? 'row', error.constraint ?? '', error.message),
  '22P05': notStorable,
  '22021': notStorable,
  '22003': outOfRange,
  '22008': outOfRange,
  '57014': () =>
    unavailable('database.too_slow', 'The request took longer than the server allows. Ask for less at once.', { retryAfter: 1 }),
};

/** The code a database error amounts to for the writer of `resource`, or the error itself when it is a defect. */
export function translate(error: unknown, resource?: Resource): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error;
  const { code } = error as DatabaseError;
  const translator = code !== undefined && Object.hasOwn(translators, code) ? translators[code] : undefined;
  return translator ? translator(error, resource) : error;
}

/** Fields of tenants' own share indexes, and behind the wall PostgreSQL does not say which value it was: one field is named, several are not. */
function ownFieldTaken(resource: Resource, { constraint = '' }: DatabaseError): DomainError | null {
  if (!constraint.startsWith('field_index_')) return null;
  const names = Object.entries(resource.fields).flatMap(([name, { stored }]) => {
    if (stored?.in !== 'custom' || stored.series || stored.index?.isUnique !== true) return [];
    return constraint.startsWith(stored.index.table.slice(stored.index.table.indexOf('.') + 1)) ? [name] : [];
  });
  const [only, second] = names;
  if (only !== undefined && second === undefined) return fieldTaken(resource, only, snake(only));
  return conflict(`${resource.name}.value_taken`, `Another ${resource.name} already has one of these: ${names.join(', ')}.`, {
    errors: names.map((name) => ({ path: `/${name}`, code: 'taken', message: 'is taken, or another of them is' })),
  });
}

const fieldTaken = (resource: Resource, field: string, word: string): DomainError =>
  conflict(`${resource.name}.${word}_taken`, `Another ${resource.name} already has this ${field}.`, {
    errors: [{ path: `/${field}`, code: 'taken', message: 'is taken' }],
  });

function taken(resource: Resource, constraint: string): DomainError {
  const table = resource.table.split('.')[1] ?? '';
  const set = resource.unique?.find(
    (u) => constraint === `${table}_${u.fields.map((f) => f.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()).join('_')}_key`,
  );
  if (set)
    return conflict(`${resource.name}.${set.code}`, `Another ${resource.name} already has this ${set.fields.join(' and ')}.`, {
      fields: set.fields,
    });
  if (constraint.endsWith('_pkey')) return conflict(`${resource.name}.id_taken`, `A ${resource.name} with this id exists already.`);
  const word = constraint.slice(table.length + 1).replace(/_key$/, '');
  return fieldTaken(resource, camel(word), word);
}

function missingOrUsed(resource: string, constraint: string, message: string): DomainError {
  if (message.includes('delete on table') || message.includes('is still referenced')) {
    return conflict(`${resource}.in_use`, `This ${resource} is still referred to by other records. Remove or change those first.`, {
      constraint,
    });
  }
  const field = camel(
    constraint
      .replace(/_fkey$/, '')
      .split('_')
      .slice(1)
      .join('_'),
  );
  return invalid('input.reference_not_found', `The record named by a reference does not exist, or you may not see it.`, {
    errors: [{ path: `/${field}`, code: 'not_found', message: 'names no record you may see' }],
  });
}
