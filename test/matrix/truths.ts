import { isInputObjectType } from 'graphql';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Ask } from './ask.js';
import type { Finding } from './judge.js';
import type { Machine } from './machine.js';
import type { Person } from './people.js';
import { questionsOf, type PlainRow, type Question } from './questions.js';
import { answersTo } from './reads.js';
import {
  compare,
  finding,
  graphql,
  idsOf,
  inFilter,
  listIn,
  refusedAs,
  resourcesOf,
  rowsOf,
  seen,
  taken,
  type Row,
  type Scope,
} from './scopes.js';
import { relationsOf } from './surfaces.js';
import { inParallel, send, type Reply } from './wire.js';
import type { Planted, World } from './world.js';

/** What the one who sees everything is told: filters and orders with the rows they find, relations with what they lead to. */
export interface Truth {
  readonly questions: readonly { readonly question: Question; readonly ids: readonly string[] }[];
  readonly relations: readonly Link[];
}

interface Link {
  readonly resource: Resource;
  readonly name: string;
  readonly target: Resource;
  readonly many: boolean;
  /** For each row what it leads to, as far as it was planted. */
  readonly pairs: ReadonlyMap<string, readonly string[]>;
}

/** Asks everything as `admin`. Each resource's questions are about the values of one of its planted rows. */
export async function truthOf(machine: Machine, world: World, admin: Person): Promise<Truth> {
  const parts = { machine, world };
  const picked = await world.room.work(async (work) => {
    const found = new Map<string, PlainRow>();
    for (const [at, resource] of resourcesOf(parts).entries()) {
      const rows = rowsOf(parts, resource);
      const row = await work.repo(resource).find(rows[at % rows.length]?.id ?? '');
      if (row) found.set(resource.name, { ...row });
    }
    return found;
  });
  const owned = resourcesOf(parts).filter(({ scope }) => scope.kind === 'owned');
  const all = questionsOf(machine.schema, machine.registry, picked)
    .filter(({ resource, about }) => about === resource && owned.includes(resource))
    .map((question) => ({ ...question, args: widened(question.args, rowsOf(parts, question.resource)) }));
  const questions = await inParallel(batchesOf(all), async (batch) => {
    const answers = await answersTo(machine, admin, batch);
    if (typeof answers === 'string') throw new Error(answers);
    return batch.map((question, i) => ({ question, ids: (answers[i]?.nodes ?? []).map(({ id }) => id) }));
  });
  const links = resourcesOf(parts).flatMap((resource) => linksOf(machine, resource, owned));
  const relations = await inParallel(links, async (link) => {
    const reply = await send(machine, admin, follow(link, rowsOf(parts, link.resource)));
    if (reply.code !== null) throw new Error(reply.text);
    return { ...link, pairs: pairsIn(reply, link, rowsOf(parts, link.target)) };
  });
  return { questions: questions.flat(), relations: relations.filter(({ pairs }) => [...pairs.values()].some(({ length }) => length > 0)) };
}

/** The question is about one row; it is asked of all that were planted. */
const widened = (args: Question['args'], rows: readonly Planted[]) => ({
  ...args,
  filter: { ...(args['filter'] as object), ...inFilter(rows) },
});
const batchesOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / 15) }, (_, i) => all.slice(i * 15, i * 15 + 15));

const linksOf = ({ schema }: Machine, resource: Resource, owned: readonly Resource[]): Omit<Link, 'pairs'>[] =>
  !resource.operations.includes('list')
    ? []
    : relationsOf(schema, resource.typeName).flatMap(({ name, to, many }) => {
        const target = owned.find(({ typeName }) => typeName === to);
        return target ? [{ resource, name, target, many }] : [];
      });

function follow({ resource, name, many }: Omit<Link, 'pairs'>, rows: readonly Planted[]): Ask {
  const inner = many ? `${name}(first: 50) { nodes { id } }` : `${name} { id }`;
  const query = `query($filter: ${resource.typeName}Filter) { list: ${resource.plural}(first: ${rows.length}, filter: $filter) { nodes { id ${inner} } } }`;
  return graphql(query, { filter: inFilter(rows) });
}

function pairsIn({ text }: Reply, { name, many }: Omit<Link, 'pairs'>, targets: readonly Planted[]): Map<string, string[]> {
  const known = new Set(targets.map(({ id }) => id));
  const { nodes } = listIn({ text, json: JSON.parse(text) });
  return new Map(
    nodes.flatMap((node): [string, string[]][] => {
      if (!node) return [];
      const inner = (node as unknown as Readonly<Record<string, { nodes: Row[] } | Row | null>>)[name];
      const led = many ? (inner as { nodes: Row[] }).nodes : [inner as Row | null];
      return [[node.id, idsOf(led).filter((id) => known.has(id))]];
    }),
  );
}

/** Filters, orders and searches find what they find for whoever sees everything, as far as it may be seen, and in that order. */
export async function askQuestions(scope: Scope, { questions }: Truth): Promise<{ asked: number; findings: Finding[] }> {
  const chosen = taken(questions, scope).filter(({ question: { resource } }) => seen(scope, resource) !== null);
  const findings = await inParallel(batchesOf(chosen), async (batch) => {
    const answers = await answersTo(
      scope.machine,
      scope.who,
      batch.map(({ question }) => question),
    );
    if (typeof answers === 'string') return [finding(scope, 'status', 'questions', answers)];
    return batch.flatMap(({ question, ids }, i) => {
      const wanted = ids.filter((id) => seen(scope, question.resource)?.has(id));
      const { nodes, totalCount } = answers[i] ?? { nodes: [], totalCount: -1 };
      const told = nodes.map(({ id }) => id);
      if (told.join() === wanted.join() && totalCount === wanted.length) return [];
      const at = `${question.resource.plural} by ${question.field} ${question.how}`;
      return [
        finding(scope, told.length > wanted.length ? 'leak' : 'missing', at, `${told.length} of ${wanted.length}, counts ${totalCount}`),
      ];
    });
  });
  return { asked: chosen.length, findings: findings.flat() };
}

/** Rows lead to those rows, and are found by those rows, that may be seen themselves. */
export async function askRelations(scope: Scope, { relations }: Truth): Promise<{ asked: number; findings: Finding[] }> {
  const findings = await inParallel(taken(relations, scope), async (link): Promise<Finding[]> => {
    const { resource, target, name, pairs } = link;
    const at = `${resource.name}.${name}`;
    const [parents, ends] = [seen(scope, resource), seen(scope, target)];
    const reply = await send(scope.machine, scope.who, follow(link, rowsOf(scope, resource)));
    const by = findBy(scope, link);
    const found = by && (await send(scope.machine, scope.who, by));
    if (!parents || !ends) return [reply, ...(found ? [found] : [])].flatMap((one) => refusedAs(scope, at, one, /^access\.forbidden$/));
    if (reply.code !== null) return [finding(scope, 'status', at, reply.text.slice(0, 200))];
    const led = pairsIn(reply, link, rowsOf(scope, target));
    const wanted = [...pairs].filter(([id]) => parents.has(id)).map(([id, to]) => [id, to.filter((one) => ends.has(one))] as const);
    const compared = wanted.flatMap(([id, to]) =>
      compare(scope, at, { seen: new Set(led.get(id) ?? ['nothing']), wanted: new Set(to), rows: rowsOf(scope, target) }),
    );
    return [...compared, ...(found ? foundBy(scope, `${at} as a filter`, found, { wanted, rows: rowsOf(scope, resource) }) : [])];
  });
  return { asked: findings.length, findings: findings.flat() };
}

/** Null where no filter leads there. */
function findBy(scope: Scope, { resource, target, name, many }: Link): Ask | null {
  const type = scope.machine.schema.getType(`${resource.typeName}Filter`);
  if (!isInputObjectType(type) || !(name in type.getFields())) return null;
  const inner = inFilter(rowsOf(scope, target));
  const filter = { ...inFilter(rowsOf(scope, resource)), [name]: many ? { some: inner } : inner };
  const query = `query($filter: ${resource.typeName}Filter) { list: ${resource.plural}(first: 50, filter: $filter) { nodes { id } } }`;
  return graphql(query, { filter });
}

function foundBy(
  scope: Scope,
  at: string,
  reply: Reply,
  told: { wanted: readonly (readonly [string, readonly string[]])[]; rows: readonly Planted[] },
) {
  if (reply.code !== null) return [finding(scope, 'status', at, reply.text.slice(0, 200))];
  const wanted = new Set(told.wanted.filter(([, to]) => to.length > 0).map(([id]) => id));
  const ids = idsOf(listIn({ text: reply.text, json: JSON.parse(reply.text) }).nodes);
  return compare(scope, at, { seen: new Set(ids), wanted, rows: told.rows });
}
