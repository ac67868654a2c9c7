import type { Permissions } from '#kernel/access/actor.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { inputFields } from '#kernel/resource/validate.js';
import { ifMatch, type Ask } from './ask.js';
import type { Finding } from './judge.js';
import type { Machine } from './machine.js';
import type { Person } from './people.js';
import { valueOf } from './samples.js';
import { inParallel, send, type Reply } from './wire.js';
import { reachedIn, reaches, type Planted, type World } from './world.js';

/** Somebody in the middle of a world, with the rights he holds for a while. */
export interface Class {
  readonly name: string;
  readonly permissions: Permissions;
}
export interface Scope {
  readonly machine: Machine;
  readonly world: World;
  readonly who: Person;
  readonly held: Class;
  /** Which share of the long lists of questions is asked: every `of`th, beginning with number `turn`. */
  readonly turn: number;
  readonly of: number;
  /** Resources that are asked about; all when left out. */
  readonly only?: readonly string[];
}

export const graphql = (query: string, variables: object = {}): Ask => ({ method: 'POST', path: '/graphql', body: { query, variables } });
const get = (path: string): Ask => ({ method: 'GET', path });
export const inFilter = (rows: readonly Planted[]) => ({ id: { in: rows.map(({ id }) => id) } });
const filterText = (rows: readonly Planted[]) => `filter=${encodeURIComponent(JSON.stringify(inFilter(rows)))}`;

/** One way to ask for the rows of a resource, and how to read the ids out of the answer. */
interface Way {
  readonly name: string;
  readonly operation: 'list' | 'get';
  readonly verb: 'read' | 'export';
  ask(resource: Resource, rows: readonly Planted[]): Ask;
  ids(body: Data, rows: readonly Planted[]): readonly string[];
}
// What an answer holds, as far as it is looked at.
export interface Row {
  readonly id: string;
  readonly can?: readonly string[];
}
export interface List {
  readonly totalCount?: number;
  readonly aggregate?: { readonly count: number };
  readonly nodes: readonly (Row | null)[];
}
export interface Data {
  readonly text: string;
  readonly json: unknown;
}

export const listIn = ({ json }: Data): List => (json as { data: { list: List } }).data.list;
export const idsOf = (rows: readonly (Row | null)[]) => rows.flatMap((row) => (row ? [row.id] : []));

const ways: readonly Way[] = [
  {
    name: 'GraphQL list',
    operation: 'list',
    verb: 'read',
    ask: ({ plural, typeName }, rows) =>
      graphql(
        `query($filter: ${typeName}Filter) { list: ${plural}(first: ${rows.length}, filter: $filter) { totalCount aggregate { count } nodes { id } } }`,
        { filter: inFilter(rows) },
      ),
    ids: (body) => {
      const { nodes, totalCount, aggregate } = listIn(body);
      // What is counted is what is shown.
      return nodes.length === totalCount && nodes.length === aggregate?.count
        ? idsOf(nodes)
        : [`counts ${totalCount} and ${aggregate?.count}`];
    },
  },
  {
    name: 'GraphQL one by one',
    operation: 'get',
    verb: 'read',
    ask: ({ single }, rows) => graphql(`{ ${rows.map(({ id }, i) => `r${i}: ${single}(id: "${id}") { id }`).join(' ')} }`),
    ids: ({ json }) => idsOf(Object.values((json as { data: Readonly<Record<string, Row | null>> }).data)),
  },
  {
    name: 'GraphQL by global ids',
    operation: 'get',
    verb: 'read',
    ask: (_, rows) => graphql('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: rows.map(({ id }) => id) }),
    ids: ({ json }) => idsOf((json as { data: { nodes: readonly (Row | null)[] } }).data.nodes),
  },
  {
    name: 'REST list',
    operation: 'list',
    verb: 'read',
    ask: ({ path }, rows) => get(`/v1/${path}?limit=100&${filterText(rows)}`),
    ids: ({ json }) => idsOf((json as { data: readonly Row[] }).data),
  },
  {
    name: 'export',
    operation: 'list',
    verb: 'export',
    ask: ({ path }, rows) => get(`/v1/exports/${path}?format=jsonl&${filterText(rows)}`),
    ids: ({ text }) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as Row).id),
  },
];

export const resourcesOf = ({ machine, world, only }: Pick<Scope, 'machine' | 'world' | 'only'>) =>
  [...machine.registry.resources.values()].filter(
    ({ name }) => (world.planted.get(name) ?? []).length > 0 && (only?.includes(name) ?? true),
  );
export const rowsOf = ({ world }: Pick<Scope, 'world'>, { name }: Resource) => world.planted.get(name) ?? [];
export const taken = <T>(all: readonly T[], { turn, of }: Scope): T[] => all.filter((_, i) => i % of === turn % of);

/** Which of the planted rows somebody sees in each list, by id, by each API and in exports. */
export async function askLists(scope: Scope): Promise<{ asked: number; findings: Finding[] }> {
  const trials = resourcesOf(scope).flatMap((resource) =>
    ways.filter(({ operation }) => resource.operations.includes(operation)).map((way) => ({ resource, way })),
  );
  const findings = await inParallel(trials, async ({ resource, way }) => {
    const rows = rowsOf(scope, resource);
    const reply = await send(scope.machine, scope.who, way.ask(resource, rows));
    const at = `${resource.name} by ${way.name}`;
    const wanted = [
      reachedIn(scope.world, scope.held.permissions, resource, 'read'),
      reachedIn(scope.world, scope.held.permissions, resource, way.verb),
    ];
    const [read, more] = wanted;
    // Of ids nobody is told why they lead nowhere.
    if (!read || !more)
      return way.name === 'GraphQL by global ids' && reply.empty ? [] : refusedAs(scope, at, reply, /^access\.forbidden$/);
    if (reply.code !== null) return [finding(scope, 'status', at, `${reply.status} ${reply.text.slice(0, 200)}`)];
    const seen = way.ids({ text: reply.text, json: way.verb === 'export' ? null : JSON.parse(reply.text) }, rows);
    return compare(scope, at, { seen: new Set(seen), wanted: new Set([...read].filter((id) => more.has(id))), rows });
  });
  return { asked: trials.length, findings: findings.flat() };
}

/** What somebody is told he can do to a row is what the rights say, and what comes of it when he tries. */
export async function askWrites(scope: Scope): Promise<{ asked: number; findings: Finding[] }> {
  const { machine, who, held } = scope;
  const trials = resourcesOf(scope)
    .filter(({ operations }) => operations.includes('update') && operations.includes('get'))
    .flatMap((resource) => taken(rowsOf(scope, resource), scope).map((row) => ({ resource, row })));
  const findings = await inParallel(trials, async ({ resource, row }) => {
    const at = `${resource.name} ${row.slot?.name ?? ''} written`;
    const reply = await send(machine, who, patchOf(scope, resource, row));
    const [reads, writes] = [reaches(held.permissions, resource, 'read', row), reaches(held.permissions, resource, 'update', row)];
    const isRefused = [403, 404].includes(reply.status);
    const wanted =
      writes === null ? /^access\.forbidden$/ : reads !== true && !writes ? /_found$|no_such_record$/ : /^access\.out_of_reach$/;
    if (writes !== true) return refusedAs(scope, at, reply, wanted);
    return isRefused ? [finding(scope, 'missing', at, `${reply.status} ${reply.text.slice(0, 200)}`)] : [];
  });
  return { asked: trials.length, findings: findings.flat() };
}

function patchOf({ world }: Scope, resource: Resource, { id }: Planted): Ask {
  const [field, definition] = Object.entries(inputFields(resource)).find(([, { kind }]) => kind !== 'ref') ?? [];
  const body = field && definition ? { [field]: valueOf(field, definition, world.room.source('in_patch')) } : {};
  return { method: 'PATCH', path: `/v1/${resource.path}/${id}?dryRun=true`, ...ifMatch(resource.requireVersion ? 1 : null), body };
}

/** `can` of each row of each list. */
export async function askCan(scope: Scope): Promise<{ asked: number; findings: Finding[] }> {
  const { machine, who, held } = scope;
  const listed = resourcesOf(scope).filter(({ operations }) => operations.includes('list'));
  const findings = await inParallel(listed, async (resource) => {
    const rows = rowsOf(scope, resource);
    if (reachedIn(scope.world, held.permissions, resource, 'read') === null) return [];
    const query = `query($filter: ${resource.typeName}Filter) { list: ${resource.plural}(first: ${rows.length}, filter: $filter) { nodes { id can } } }`;
    const reply = await send(machine, who, graphql(query, { filter: inFilter(rows) }));
    if (reply.code !== null) return [finding(scope, 'status', `${resource.name} can`, reply.text.slice(0, 200))];
    const { nodes } = listIn({ text: reply.text, json: JSON.parse(reply.text) });
    return nodes.flatMap((node) => {
      const row = rows.find(({ id }) => id === node?.id);
      if (!row || !node?.can) return [finding(scope, 'status', `${resource.name} can`, 'a row that was not planted')];
      return (['update', 'delete'] as const).flatMap((verb) => {
        const isOffered = resource.operations.includes(verb) || machine.registry.commands.has(`${resource.name}.${verb}`);
        const may = isOffered && reaches(held.permissions, resource, verb, row) === true;
        if (may === node.can?.includes(verb)) return [];
        return [finding(scope, may ? 'missing' : 'leak', `${resource.name} ${row.slot?.name ?? ''} can ${verb}`, String(node.can))];
      });
    });
  });
  return { asked: listed.length, findings: findings.flat() };
}

export const seen = ({ world, held }: Scope, resource: Resource) => reachedIn(world, held.permissions, resource, 'read');

export const finding = ({ held }: Scope, kind: Finding['kind'], operation: string, detail: string): Finding => ({
  kind,
  person: held.name,
  operation,
  detail,
});

export function refusedAs(scope: Scope, at: string, { code, status, text }: Reply, wanted: RegExp): Finding[] {
  const isRefused = code !== null && wanted.test(code);
  return isRefused ? [] : [finding(scope, code === null ? 'leak' : 'status', at, `${status} ${code ?? 'done'} ${text.slice(0, 200)}`)];
}

interface Compared {
  readonly seen: ReadonlySet<string>;
  readonly wanted: ReadonlySet<string>;
  readonly rows: readonly Planted[];
}

export function compare(scope: Scope, at: string, { seen: shown, wanted, rows }: Compared): Finding[] {
  const called = (id: string) => rows.find((row) => row.id === id)?.slot?.name ?? id;
  const leaked = [...shown].filter((id) => !wanted.has(id)).map(called);
  const missing = [...wanted].filter((id) => !shown.has(id)).map(called);
  return [
    ...(leaked.length > 0 ? [finding(scope, 'leak', at, leaked.join(', '))] : []),
    ...(missing.length > 0 ? [finding(scope, 'missing', at, missing.join(', '))] : []),
  ];
}
