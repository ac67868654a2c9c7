import { changesOf, type Changes } from '../audit/changes.js';
import { keysOfLocked } from '../audit/key-of.js';
import { sealValues } from '../audit/record-keys.js';
import { actorType, originOf } from '../audit/trace.js';
import type { BaseRow, Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';
import { newId } from '../resource/ids.js';
import { RowsRefused, type RowRefusal } from '../usecase/judge.js';
import type { Changed, RowChange } from '../usecase/work.js';
import { queryRows } from './brief-query.js';
import type { Connection } from './connection.js';
import { translate } from './constraint-errors.js';
import { inParts, partSize } from './in-parts.js';
import { judgeWritten } from './judge-written.js';
import { deleteManyStatement, updateManyStatement, type SetField } from './many-statements.js';
import { checkRefs } from './refs.js';
import { holdInvariants, holdMoves, nothingWritten, patchedRow } from './row-rules.js';
import { changedColumns } from './row-values.js';
import { ownParams, type Statement } from './statements.js';
import { textReader } from './tenant-pool.js';

type PlainRow = Record<string, unknown> & BaseRow;

/** A row that is locked, and what becomes of it. */
interface Traced {
  readonly before: PlainRow;
  readonly changes: Changes;
}
interface Changing extends Traced {
  readonly after: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  /** Which of the changes that were asked for. */
  readonly place: number;
}

interface Asked {
  readonly changes: readonly RowChange[];
  readonly lock: (ids: readonly string[]) => Promise<ReadonlyMap<string, PlainRow>>;
}

/** Changes many rows as if one after the other: a row that comes again is changed once what came before is written. */
export async function changeRows(resource: Resource, connection: Connection, { changes, lock }: Asked): Promise<Changed<PlainRow>[]> {
  const done: Changed<PlainRow>[] = [];
  while (done.length < changes.length) {
    const round = withoutRepeats(changes.slice(done.length));
    const rows = await lock(round.map(({ id }) => id));
    const changing = round.map(({ id, patch }, i) => changed(resource, connection, { row: rows.get(id), patch, place: done.length + i }));
    const versions = await write(
      resource,
      connection,
      changing.filter(({ names }) => names.length > 0),
    );
    done.push(...changing.map(({ before }) => ({ before, version: versions.get(before.id) ?? before.version })));
  }
  return done;
}

function withoutRepeats(changes: readonly RowChange[]): readonly RowChange[] {
  const seen = new Set<string>();
  const end = changes.findIndex(({ id }) => seen.size === seen.add(id).size);
  return end === -1 ? changes : changes.slice(0, end);
}

interface OneRow {
  readonly row: PlainRow | undefined;
  readonly patch: Record<string, unknown>;
  readonly place: number;
}

function changed(resource: Resource, connection: Connection, { row: before, patch, place }: OneRow): Changing {
  if (!before) throw nothingWritten(resource);
  const after = patchedRow(resource, connection, before, patch);
  const changes = changesOf(resource.fields, before, after);
  const names = Object.keys(resource.fields).filter((name) => Object.hasOwn(changes.kept, name));
  if (names.length > 0) {
    holdInvariants(resource, after);
    holdMoves(resource, before, after);
  }
  return { before, after, changes, names, place };
}

/** Versions of the rows by their ids. */
async function write(resource: Resource, connection: Connection, rows: readonly Changing[]): Promise<Map<string, number>> {
  if (rows.length === 0) return new Map();
  const given = rows.map(({ names, after }) => Object.fromEntries(names.map((name) => [name, after[name]])));
  await checkRefs(resource, connection, given);
  const fields = fieldsOf(resource, rows);
  const names = fields.map(({ name }) => name);
  const written = await carryOut(resource, connection, {
    rows,
    statement: updateManyStatement(resource, fields),
    columns: (part) => [...columnsOf(resource, names, part), ...ownParams(resource, names)],
  });
  if (written.length < rows.length) throw nothingWritten(resource);
  await judge(resource, connection, rows);
  return new Map(written.map(({ id, version }) => [String(id), Number(version)]));
}

function fieldsOf({ fields }: Resource, rows: readonly Changing[]): SetField[] {
  const counts = new Map<string, number>();
  for (const { names } of rows) for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.keys(fields).flatMap((name) => (counts.has(name) ? [{ name, isInAll: counts.get(name) === rows.length }] : []));
}

/** One array a column. What a row does not change is null there, and its own fields are left out of those that go. */
function columnsOf(resource: Resource, names: readonly string[], rows: readonly Changing[]): unknown[][] {
  const [own, custom] = [names.filter((name) => !isCustom(resource, name)), names.filter((name) => isCustom(resource, name))];
  const byRow = rows.map(({ after, names: changing }) => [
    ...changedColumns(resource, own, after),
    ...(custom.length === 0 ? [] : membersOf(resource, changing, after)),
  ]);
  return (byRow[0] ?? []).map((_, i) => byRow.map((values) => values[i]));
}

const isCustom = ({ fields }: Resource, name: string) => (fields[name] as Field).stored?.in === 'custom';

function membersOf(resource: Resource, changing: readonly string[], after: Changing['after']): [string, unknown] {
  const own = changing.filter((name) => isCustom(resource, name));
  const [gone, added] = own.length === 0 ? [[], '{}'] : changedColumns(resource, own, after);
  return [JSON.stringify(gone), added];
}

/** Deletes rows that are locked and that nothing of a tenant's own points at any more. */
export async function removeRows(resource: Resource, connection: Connection, rows: readonly PlainRow[]): Promise<void> {
  const traced = rows.map((before) => ({ before, changes: changesOf(resource.fields, before, {}) }));
  const statement = deleteManyStatement(resource);
  await carryOut(resource, connection, { rows: traced, statement, columns: () => [], isWhole: true });
}

interface Carried<R extends Traced> {
  readonly rows: readonly R[];
  readonly statement: Statement;
  readonly columns: (part: readonly R[]) => unknown[];
  /** All in one statement: rows that refer to one another go together. */
  readonly isWhole?: true;
}

async function carryOut<R extends Traced>(
  resource: Resource,
  connection: Connection,
  { rows, statement, columns, isWhole }: Carried<R>,
): Promise<Record<string, unknown>[]> {
  const withPersonal = rows.filter(({ changes }) => changes.personal !== null).map(({ before }) => before.id);
  const keys = withPersonal.length === 0 ? new Map<string, Buffer>() : await keysOfLocked(connection, withPersonal);
  try {
    return await inParts(rows, isWhole ? rows.length : partSize, {
      prepare: (part) => [...paramsOf(resource, connection, part, keys), ...columns(part)],
      send: (values) => queryRows(connection.client, { ...statement, values }, textReader),
    });
  } catch (error) {
    throw translate(error, resource);
  }
}

/** The first parameters of the statements in many-statements.ts. */
function paramsOf(resource: Resource, connection: Connection, rows: readonly Traced[], keys: ReadonlyMap<string, Buffer>): unknown[] {
  const { actor, cause, tenantId, now } = connection;
  const origins = rows.map(({ before }) => originOf(connection, resource, before));
  return [
    ...[tenantId, now, actorType(actor), actor.id, actor.label, cause.command, resource.name, cause.requestId ?? null],
    rows.map(({ before }) => before.id),
    rows.map(({ changes }) => JSON.stringify(changes.kept)),
    rows.map(() => newId(0)),
    origins.map(([behalf]) => behalf),
    rows.map(({ before: { id: recordId }, changes: { personal } }) => {
      const key = keys.get(recordId);
      return key && personal ? sealValues(key, personal, { tenantId, recordId }) : null;
    }),
    ...(origins[0] ?? []).slice(1),
    JSON.stringify({ kind: actor.kind, id: actor.id, label: actor.label }),
    JSON.stringify(cause),
  ];
}

/** A rule is asked about rows that changed what it looks at, and not about those written along with them. */
async function judge(resource: Resource, connection: Connection, rows: readonly Changing[]): Promise<void> {
  const { judging } = connection;
  if (!judging?.judge.concerns(resource.name)) return;
  const refusals: { readonly error: RowsRefused; readonly group: readonly Changing[] }[] = [];
  for (const group of Map.groupBy(rows, ({ names }) => names.join()).values()) {
    const written = { resource, ids: group.map(({ before }) => before.id), changed: group[0]?.names ?? [] };
    await judgeWritten(connection, judging, written).catch((error: unknown) => {
      if (!(error instanceof RowsRefused)) throw error;
      refusals.push({ error, group });
    });
  }
  const [first] = refusals;
  if (first) throw new RowsRefused(first.error, new Map(refusals.flatMap(inPlaces)));
}

/** What was refused, by the places of the changes that were asked for. */
const inPlaces = ({ error, group }: { readonly error: RowsRefused; readonly group: readonly Changing[] }): [number, RowRefusal][] =>
  [...error.rows].flatMap(([i, why]) => (group[i] ? [[group[i].place, why]] : []));
