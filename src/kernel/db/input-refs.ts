import { rowFilter } from '../access/scope.js';
import type { Field, Fields } from '../resource/fields.js';
import { camel } from '../resource/names.js';
import type { UseCase } from '../usecase/define-command.js';
import type { Connection } from './connection.js';
import { idsWithin, referenceNotFound } from './refs.js';

/** An id that stands in an input, and where. */
interface Named {
  readonly target: string;
  readonly path: string;
  readonly id: string;
}

/**
 * Who names a row in a command has to be able to read it, whatever the command does with it and with whose rights. Looked at when the command
 * is through and before anything is committed: most commands look at what they are given, and say in their own words what is wrong with it;
 * what they hand to the system unseen is refused here like a reference to no row. The row a command is about is judged by its own right.
 */
export async function checkInputRefs(useCase: UseCase, input: unknown, connection: Connection): Promise<void> {
  const { actor, registry } = connection;
  if (useCase.kind !== 'command' || useCase.crud || actor.kind === 'system' || actor.kind === 'anonymous') return;
  const own = [`${camel(useCase.noun)}Id`, 'id'];
  const fields = Object.fromEntries(Object.entries(useCase.input).filter(([name]) => !own.includes(name)));
  const named = namedIn(fields, input).filter(({ id }) => id !== actor.userId);
  for (const [name, places] of Map.groupBy(named, ({ target }) => target)) {
    const target = registry.resources.get(name) ?? registry.whole.resource(name);
    const filter = rowFilter(target, actor, `${name}:read`);
    if (filter.kind === 'all') continue;
    const ids = [...new Set(places.map(({ id }) => id))];
    const seen = await idsWithin(target, connection, filter, ids);
    const unseen = places.find(({ id }) => !seen.has(id.toLowerCase()));
    if (unseen) throw referenceNotFound(unseen.path);
  }
}

function namedIn(fields: Fields, input: unknown, at = ''): Named[] {
  if (typeof input !== 'object' || input === null) return [];
  const given = input as Readonly<Record<string, unknown>>;
  return Object.entries(fields).flatMap(([name, field]) => inside(field, given[name], `${at}/${name}`));
}

function inside(field: Field, value: unknown, path: string): Named[] {
  if (field.kind === 'object') return namedIn(field.shape ?? {}, value, path);
  if (field.kind === 'list' && field.item && Array.isArray(value)) {
    const { item } = field;
    return value.flatMap((one: unknown, i) => inside(item, one, `${path}/${i}`));
  }
  if (field.kind !== 'ref' || field.options.unread || typeof value !== 'string') return [];
  return [{ target: field.target ?? '', path, id: value }];
}
