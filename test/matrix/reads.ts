import { randomUUID } from 'node:crypto';
import type { Room } from './company.js';
import { seesRows } from './expected.js';
import type { Finding } from './judge.js';
import type { Machine } from './machine.js';
import { person, type Person } from './people.js';
import { questionsOf, type PlainRow, type Question } from './questions.js';
import { canariesIn } from './samples.js';
import { leaves, relationsOf } from './surfaces.js';
import { inParallel, send, type Reply } from './wire.js';

/** Asks everything (`KONTOR_MATRIX=full`); otherwise every fourth question, as fits a run on each push. */
export const isFull = process.env['KONTOR_MATRIX'] === 'full';

const ask = (machine: Machine, who: Person, query: string, variables: object = {}): Promise<Reply> =>
  send(machine, who, { method: 'POST', path: '/graphql', body: { query, variables } });

/** What a room's rows hold, as only the test may see it. */
export async function rowsOf(machine: Machine, room: Room): Promise<ReadonlyMap<string, PlainRow>> {
  const { registry } = machine.kit.runtime;
  const pairs = await room.work(async (work) => {
    const found: [string, PlainRow][] = [];
    for (const name of registry.resources.keys()) {
      const row = await work.repo(registry.resource(name)).find(room.rows.get(name) ?? randomUUID());
      if (row) found.push([name, { ...row }]);
    }
    return found;
  });
  return new Map(pairs);
}

/** How many rows an answer shows at most. */
const longestAnswer = 20;

export interface Answer {
  readonly totalCount: number;
  readonly nodes: readonly { readonly id: string }[];
}

/** Asks every question about rows that must not be seen, and looks whether the answer depends on them. */
export async function probe(machine: Machine, who: Person, room: Room): Promise<{ asked: number; findings: Finding[] }> {
  const rows = await rowsOf(machine, room);
  const hidden = new Set(
    [...machine.registry.resources.values()].filter((r) => !seesRows(who, r, `${r.name}:read`, room)).map((r) => r.name),
  );
  const all = questionsOf(machine.schema, machine.registry, rows).filter(({ about }) => hidden.has(about.name));
  const questions = isFull ? all : all.filter((_, i) => i % 4 === 0);
  const batches = Array.from({ length: Math.ceil(questions.length / 20) }, (_, i) => questions.slice(i * 20, i * 20 + 20));
  const findings = await inParallel(batches, async (batch) => {
    const answers = await answersTo(machine, who, batch);
    if (typeof answers === 'string') return [finding('status', who, batch[0], answers)];
    return batch.flatMap((question, i) => told(question, answers[i], { who, room, hidden }));
  });
  return { asked: questions.length, findings: findings.flat() };
}

/** Asks several questions in one request. The refusal, when there is one. */
export async function answersTo(machine: Machine, who: Person, batch: readonly Question[]): Promise<(Answer | undefined)[] | string> {
  const asked = batch.flatMap(({ resource, args }, i) =>
    Object.entries(args).map(([name, value]) => ({ i, name, value, type: typeOf(resource, name) })),
  );
  const declared = asked.map(({ i, name, type }) => `$${name}${i}: ${type}`).join(', ');
  const fields = batch.map(
    (q, i) =>
      `q${i}: ${q.resource.plural}(first: ${longestAnswer}, ${asked
        .filter((one) => one.i === i)
        .map(({ name }) => `${name}: $${name}${i}`)
        .join(', ')}) { totalCount nodes { id } }`,
  );
  const variables = Object.fromEntries(asked.map(({ i, name, value }) => [`${name}${i}`, value]));
  const reply = await ask(machine, who, `query(${declared}) { ${fields.join(' ')} }`, variables);
  if (reply.code !== null) return `${reply.code} ${reply.text.slice(0, 200)}`;
  const { data } = JSON.parse(reply.text) as { data: Readonly<Record<string, Answer>> };
  return batch.map((_, i) => data[`q${i}`]);
}

const typeOf = ({ typeName }: Question['resource'], argument: string) =>
  argument === 'filter' ? `${typeName}Filter` : `[${typeName}Order!]`;

const finding = (kind: Finding['kind'], who: Person, question: Question | undefined, detail: string): Finding => ({
  kind,
  person: who.name,
  operation: question ? `${question.resource.plural} by ${question.about.name}.${question.field} ${question.how}` : 'questions',
  detail,
});

interface Asked {
  readonly who: Person;
  readonly room: Room;
  readonly hidden: ReadonlySet<string>;
}

/** A row of the room in the answer, or a count that is not that of the rows shown, tells of what may not be seen. */
function told(question: Question, answer: Answer | undefined, { who, room, hidden }: Asked): Finding[] {
  if (!answer) return [finding('status', who, question, 'no answer')];
  const { resource, about, args } = question;
  const theirs = new Set(room.rows.values());
  const found = answer.nodes.filter(({ id }) => theirs.has(id));
  // Through a relation, rows that may be seen must not be found by values that may not.
  const isOracle = hidden.has(resource.name) || (about !== resource && !('orderBy' in args));
  return [
    ...(isOracle && found.length > 0 ? [finding('leak', who, question, found.map(({ id }) => id).join(', '))] : []),
    ...(answer.nodes.length < longestAnswer && answer.totalCount !== answer.nodes.length
      ? [finding('leak', who, question, `counts ${answer.totalCount}, shows ${answer.nodes.length}`)]
      : []),
  ];
}

/** For each relation of each type: somebody who may read the type and nothing else asks for what it leads to. */
export async function followRelations(machine: Machine, room: Room): Promise<{ asked: number; findings: Finding[] }> {
  const findings: Finding[] = [];
  let asked = 0;
  for (const resource of machine.registry.resources.values()) {
    if (!resource.operations.includes('get')) continue;
    const who = await person(machine, room, `reads only ${resource.name}`, { [`${resource.name}:read`]: 'all' });
    const id = room.rows.get(resource.name);
    const replies = await inParallel(relationsOf(machine.schema, resource.typeName), async (relation) => {
      const type = machine.schema.getType(relation.many ? `${relation.to}Connection` : relation.to);
      const reply = await ask(
        machine,
        who,
        `query($id: ID!) { ${resource.single}(id: $id) { id ${relation.name}${leaves(type as never)} } }`,
        { id },
      );
      return { relation, reply };
    });
    asked += replies.length;
    for (const { relation, reply } of replies) {
      const at = `${resource.typeName}.${relation.name}`;
      const leaked = [...canariesIn(reply.text, room.mark)].filter((owner) => owner !== resource.name && owner !== '?');
      if (leaked.length > 0) findings.push({ kind: 'leak', person: who.name, operation: at, detail: leaked.join(', ') });
      const mayRead = relation.to === resource.typeName;
      if (mayRead ? reply.code !== null : reply.code !== 'access.forbidden')
        findings.push({ kind: 'status', person: who.name, operation: at, detail: `${reply.code ?? 'shown'} ${reply.text.slice(0, 200)}` });
    }
  }
  return { asked, findings };
}

/** Everything a type leads to, as somebody from whom the room is hidden wholly or in part. */
export async function followAs(machine: Machine, who: Person, room: Room): Promise<{ asked: number; findings: Finding[] }> {
  const visible = new Set(
    [...machine.registry.resources.values()].filter((r) => seesRows(who, r, `${r.name}:read`, room)).map((r) => r.name),
  );
  const paths = [...machine.registry.resources.values()]
    .filter(({ operations }) => operations.includes('get'))
    .flatMap((resource) => relationsOf(machine.schema, resource.typeName).map((relation) => ({ resource, relation })));
  const findings = await inParallel(paths, async ({ resource, relation }): Promise<Finding[]> => {
    const type = machine.schema.getType(relation.many ? `${relation.to}Connection` : relation.to);
    const query = `query($id: ID!) { ${resource.single}(id: $id) { id ${relation.name}${leaves(type as never)} } }`;
    const reply = await ask(machine, who, query, { id: room.rows.get(resource.name) });
    const leaked = [...canariesIn(reply.text, room.mark)].filter((owner) => owner !== '?' && !visible.has(owner));
    return leaked.length === 0
      ? []
      : [{ kind: 'leak', person: who.name, operation: `${resource.typeName}.${relation.name}`, detail: leaked.join(', ') }];
  });
  return { asked: paths.length, findings: findings.flat() };
}

/** Hidden fields a client can name all the same: in what it selects, filters or orders by. */
export async function hiddenOffered(machine: Machine, who: Person): Promise<Finding[]> {
  const listed = [...machine.registry.resources.values()].filter(({ operations }) => operations.includes('list'));
  const hidden = listed.flatMap(({ path, fields }) =>
    Object.entries(fields)
      .filter(([, { options }]) => options.hidden === true)
      .map(([name]) => ({ path, name })),
  );
  const findings = await inParallel(hidden, async ({ path, name }) => {
    const asked = [`fields=${name}`, `orderBy=${name}`, `filter=${encodeURIComponent(JSON.stringify({ [name]: { isNull: false } }))}`];
    const replies = await inParallel(asked, async (text) => ({
      text,
      reply: await send(machine, who, { method: 'GET', path: `/v1/${path}?${text}` }),
    }));
    return replies
      .filter(({ reply }) => reply.status !== 400)
      .map(({ text, reply }): Finding => ({ kind: 'leak', person: who.name, operation: `${path} ${text}`, detail: String(reply.status) }));
  });
  return findings.flat();
}
