import { getNamedType, isObjectType } from 'graphql';
import type { FieldRight, FieldRights } from '#kernel/access/actor.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { inputFields } from '#kernel/resource/validate.js';
import type { Room } from './company.js';
import type { Finding } from './judge.js';
import type { Machine } from './machine.js';
import type { Person } from './people.js';
import { questionsOf } from './questions.js';
import { isFull, rowsOf } from './reads.js';
import { valueOf } from './samples.js';
import { type Ask } from './ask.js';
import { leaves } from './surfaces.js';
import { inParallel, send } from './wire.js';

/** The same rule for every field there is. */
export const rulesFor = (registry: Registry, right: FieldRight): FieldRights =>
  Object.fromEntries(
    [...registry.resources.values()].flatMap(({ name, fields }) =>
      Object.entries(fields)
        .filter(([, { options }]) => options.hidden !== true)
        .map(([field]) => [`${name}.${field}`, right]),
    ),
  );

interface Attempt {
  readonly what: string;
  readonly ask: Ask;
}

const graphql = (query: string, variables: object = {}): Ask => ({ method: 'POST', path: '/graphql', body: { query, variables } });

/** Each way in which the value of a field could be told: shown, filtered by, ordered by, added up. */
export async function readAttempts(machine: Machine, room: Room): Promise<Attempt[]> {
  const questions = questionsOf(machine.schema, machine.registry, await rowsOf(machine, room)).filter(
    ({ resource, about, field }) => about === resource && Object.hasOwn(resource.fields, field),
  );
  const asked = questions.map(({ resource, field, how, args }): Attempt => {
    const declared = Object.keys(args).map(
      (name) => `$${name}: ${name === 'filter' ? `${resource.typeName}Filter` : `[${resource.typeName}Order!]`}`,
    );
    const passed = Object.keys(args).map((name) => `${name}: $${name}`);
    const query = `query(${declared.join(', ')}) { ${resource.plural}(first: 1, ${passed.join(', ')}) { nodes { id } } }`;
    return { what: `${resource.name}.${field} ${how}`, ask: graphql(query, args) };
  });
  const listed = [...machine.registry.resources.values()].filter(({ operations }) => operations.includes('list'));
  return [...asked, ...listed.flatMap((resource) => [...shown(machine, resource), ...addedUp(machine, resource)])];
}

function shown({ schema }: Machine, { name, plural, typeName, fields, path }: Resource): Attempt[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) return [];
  return Object.keys(fields).flatMap((field) => {
    const found = fields[field]?.options.hidden ? undefined : type.getFields()[field];
    if (!found) return [];
    return [
      { what: `${name}.${field} selected`, ask: graphql(`{ ${plural}(first: 1) { nodes { id ${field}${leaves(found.type)} } } }`) },
      { what: `${name}.${field} asked for`, ask: { method: 'GET', path: `/v1/${path}?fields=${field}` } },
    ];
  });
}

function addedUp({ schema }: Machine, { name, plural, typeName }: Resource): Attempt[] {
  const type = schema.getType(`${typeName}Aggregate`);
  if (!isObjectType(type)) return [];
  return ['sum', 'avg', 'min', 'max'].flatMap((fn) => {
    const found = type.getFields()[fn];
    const figures = found && getNamedType(found.type);
    if (!isObjectType(figures)) return [];
    return Object.values(figures.getFields()).map(({ name: field, type: figure }) => ({
      what: `${name}.${field} ${fn}`,
      ask: graphql(`{ ${plural}(first: 1) { aggregate { ${fn} { ${field}${leaves(figure)} } } } }`),
    }));
  });
}

/** Each field a client may otherwise write, by a patch of its own. */
export const writeAttempts = ({ registry }: Machine, room: Room): Attempt[] =>
  [...registry.resources.values()]
    .filter(({ operations }) => operations.includes('update'))
    .flatMap((resource) =>
      Object.entries(inputFields(resource)).map(([field, definition]) => ({
        what: `${resource.name}.${field} written`,
        ask: {
          method: 'PATCH',
          path: `/v1/${resource.path}/${room.rows.get(resource.name) ?? ''}`,
          body: { [field]: valueOf(field, definition, room.source('in_patch')) },
        },
      })),
    );

/** What was not refused as something the asker may not do with the field. */
export async function unrefused(machine: Machine, who: Person, attempts: readonly Attempt[]): Promise<Finding[]> {
  const chosen = isFull ? attempts : attempts.filter((_, i) => i % 3 === 0);
  const findings = await inParallel(chosen, async ({ what, ask }): Promise<Finding[]> => {
    const { code, status, text } = await send(machine, who, ask);
    // A search looks at what may be seen only, and says nothing of the rest.
    if (what.endsWith(' search') && code === null && text.includes('"nodes":[]')) return [];
    return code === 'access.field_forbidden'
      ? []
      : [{ kind: 'leak', person: who.name, operation: what, detail: `${status} ${code ?? 'done'} ${text.slice(0, 160)}` }];
  });
  return findings.flat();
}
