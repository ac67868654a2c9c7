import { outOfReach, rowNotFound } from '../access/errors.js';
import { changesOf, hasPersonal, type Changes } from '../audit/changes.js';
import { newRecordKey, sealValues, type RecordKey } from '../audit/record-keys.js';
import { recordKeyOf } from '../audit/key-of.js';
import { actorType, originOf } from '../audit/trace.js';
import { changedColumns, rowColumns } from './row-values.js';
import type { BaseRow, Resource, Row } from '../resource/define-resource.js';
import type { Fields } from '../resource/fields.js';
import { codeOfResource, isUuid, newId } from '../resource/ids.js';
import type { Changed, ChangeOptions, CreateOptions, Repo, RowChange } from '../usecase/work.js';
import { queryRows } from './brief-query.js';
import type { Connection } from './connection.js';
import { translate } from './constraint-errors.js';
import { covering } from './covering.js';
import { createRows, type Writing } from './create-rows.js';
import { countRows, findRows, rowFrom, type Find } from './find-rows.js';
import { checkRefs } from './refs.js';
import { judgeWritten } from './judge-written.js';
import { numberRows } from './number-rows.js';
import { changeRows, removeRows } from './change-rows.js';
import { releaseRows } from './release-rows.js';
import { completeRow, expectVersion, holdInvariants, holdMoves, nothingWritten, patchedRow } from './row-rules.js';
import { tellAlong } from './tell-along.js';
import { deleteStatement, insertStatement, ownParams, updateStatement, type Statement } from './statements.js';
import { textReader } from './tenant-pool.js';

type PlainRow = Record<string, unknown> & BaseRow;

/** What is told of a write beside the write. */
interface Told {
  readonly verb: 'created' | 'updated' | 'deleted';
  readonly changes: Changes;
  readonly id: string;
  /** The record as it was, or will be when it is new. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Key of the record, where it has personal values. */
  readonly key: Buffer | null;
}

/** Rows of one resource on one connection. */
export function makeRepo<R extends Resource>(resource: R, connection: Connection): Repo<R> {
  return new ResourceRepo(resource, connection) as unknown as Repo<R>;
}

const repoOf = (...[resource, connection]: [Resource, Connection]) => new ResourceRepo(resource, connection);

class ResourceRepo {
  private readonly fields: Fields;

  constructor(
    private readonly resource: Resource,
    private readonly connection: Connection,
  ) {
    this.fields = resource.fields;
  }

  async find(id: string, lock?: Find['lock']): Promise<PlainRow | null> {
    if (!isUuid(id)) return null;
    const [row] = await this.rows({ where: { id }, orderBy: [], ...(lock ? { lock } : {}) });
    return row ?? null;
  }

  async get(id: string, lock?: Find['lock']): Promise<PlainRow> {
    const row = await this.find(id, lock);
    if (!row) throw await this.whyNot(id);
    return row;
  }

  /** In a verb of this noun: a row that can be read is out of the verb's reach; any other is not there. */
  private async whyNot(id: string) {
    const { ownNoun, actor } = this.connection;
    if (ownNoun?.noun !== this.resource.name || !isUuid(id)) return rowNotFound(this.resource, id);
    const readable = (await covering(this.connection, { resource: this.resource, id, verbs: ['read'], who: actor })).length > 0;
    return readable ? outOfReach(this.resource, id, ownNoun) : rowNotFound(this.resource, id);
  }

  lock(id: string): Promise<PlainRow> {
    return this.get(id, 'wait');
  }

  list(where: Find['where'], options: Omit<Find, 'where'> = {}): Promise<PlainRow[]> {
    return this.rows({ where, ...options });
  }

  async first(where: Find['where'], options: Omit<Find, 'where'> = {}): Promise<PlainRow | null> {
    const [row] = await this.rows({ where, ...options, limit: 1 });
    return row ?? null;
  }

  count(where: Find['where']): Promise<number> {
    return countRows(this.resource, this.connection, where);
  }

  async create(input: Record<string, unknown>): Promise<PlainRow> {
    const values = completeRow(this.resource, this.connection, input);
    await numberRows(this.resource, this.connection, [values]);
    await checkRefs(this.resource, this.connection, [values]);
    const id = (input['id'] as string | undefined) ?? this.newId();
    const changes = changesOf(this.fields, {}, values);
    const columns = rowColumns(this.resource, values);
    const vault = this.newKey(id);
    const told: Told = { verb: 'created', changes, id, row: values, key: vault?.key ?? null };
    const [row] = await this.write(insertStatement(this.resource), told, [
      id,
      ...columns,
      ...(vault ? [vault.wrapped] : []),
      ...ownParams(this.resource),
    ]);
    if (!row) throw nothingWritten(this.resource);
    await this.judged([id], null);
    return row;
  }

  async createMany(inputs: readonly Record<string, unknown>[], { events = 'each', callers }: CreateOptions = {}): Promise<PlainRow[]> {
    const { ids, columns } = await this.createAll(inputs, { events, answer: 'rows', callers: callers ?? null });
    const order = new Map(ids.map((id, i) => [id, i] as const));
    const created = columns.map((row) => rowFrom(this.resource, row) as PlainRow);
    return created.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  }

  async insertMany(inputs: readonly Record<string, unknown>[], { events = 'each', callers }: CreateOptions = {}): Promise<string[]> {
    return (await this.createAll(inputs, { events, answer: 'ids', callers: callers ?? null })).ids;
  }

  private async createAll(inputs: readonly Record<string, unknown>[], options: Writing) {
    if (inputs.length === 0) return { ids: [], columns: [] };
    const rows = inputs.map((input) => completeRow(this.resource, this.connection, input));
    await numberRows(this.resource, this.connection, rows);
    await checkRefs(this.resource, this.connection, rows);
    const fresh = rows.map((values, i) => ({ id: (inputs[i]?.['id'] as string | undefined) ?? this.newId(), values }));
    const columns = await createRows(this.resource, this.connection, fresh, options).catch((error: unknown) => {
      throw translate(error, this.resource);
    });
    if (columns.length < fresh.length) throw nothingWritten(this.resource);
    const ids = fresh.map(({ id }) => id);
    await this.judged(ids, null);
    return { ids, columns };
  }

  async update(id: string, patch: Record<string, unknown>, options: { readonly expectedVersion?: number } = {}): Promise<PlainRow> {
    const before = await this.lock(id);
    expectVersion(this.resource, before, options.expectedVersion);
    const after = patchedRow(this.resource, this.connection, before, patch) as PlainRow;
    const changes = changesOf(this.fields, before, after);
    const names = Object.keys(this.fields).filter((name) => Object.hasOwn(changes.kept, name));
    if (names.length === 0) return before;
    holdInvariants(this.resource, after);
    holdMoves(this.resource, before, after);
    await checkRefs(this.resource, this.connection, [Object.fromEntries(names.map((name) => [name, after[name]]))]);
    const columns = changedColumns(this.resource, names, after);
    const told: Told = { verb: 'updated', changes, id, row: before, key: await this.keyFor(id, changes) };
    const [row] = await this.write(updateStatement(this.resource, names), told, [id, ...columns, ...ownParams(this.resource, names)]);
    // The row is locked: it is there.
    if (!row) throw nothingWritten(this.resource);
    await this.judged([id], names);
    return row;
  }

  /** Rows locked, in the order of their ids so that two who write the same ones wait for each other in turn. */
  private async lockAll(ids: readonly string[]): Promise<Map<string, PlainRow>> {
    const rows = new Map((await this.rows({ where: { id: [...ids] }, lock: 'wait' })).map((row) => [row.id, row]));
    const missing = ids.find((id) => !rows.has(id));
    if (missing !== undefined) throw await this.whyNot(missing);
    return rows;
  }

  async updateMany(changes: readonly RowChange[], options: ChangeOptions = {}): Promise<Changed<PlainRow>[]> {
    return changeRows(this.resource, this.toldBy(options), { changes, lock: (ids) => this.lockAll(ids) });
  }

  async deleteMany(ids: readonly string[], options: ChangeOptions = {}): Promise<void> {
    if (ids.length === 0) return;
    const connection = this.toldBy(options);
    const before = await this.lockAll(ids);
    await releaseRows({ resource: this.resource, connection, ids, repoOf });
    await tellAlong(this.resource, connection, ids);
    await removeRows(this.resource, connection, [...before.values()]);
  }

  /** The connection whose cause says how loudly is told of a write. */
  private toldBy({ silent }: ChangeOptions): Connection {
    return silent ? { ...this.connection, cause: { ...this.connection.cause, silent: true } } : this.connection;
  }

  async delete(id: string, options: { readonly expectedVersion?: number } = {}): Promise<void> {
    const before = await this.lock(id);
    expectVersion(this.resource, before, options.expectedVersion);
    await releaseRows({ resource: this.resource, connection: this.connection, ids: [id], repoOf });
    await tellAlong(this.resource, this.connection, [id]);
    const changes = changesOf(this.fields, before, {});
    await this.write(deleteStatement(this.resource), { verb: 'deleted', changes, id, row: before, key: await this.keyFor(id, changes) }, [
      id,
    ]);
  }

  private async judged(ids: readonly string[], changed: readonly string[] | null): Promise<void> {
    const { judging } = this.connection;
    if (judging) await judgeWritten(this.connection, judging, { resource: this.resource, ids, changed });
  }

  private rows(find: Find): Promise<PlainRow[]> {
    return findRows(this.resource, this.connection, find) as Promise<PlainRow[]>;
  }

  private newId(): string {
    return newId(codeOfResource(this.resource), this.connection.now.getTime());
  }

  private eventName(verb: string): string {
    return `${this.resource.module}.${this.resource.name}_${verb}`;
  }

  private newKey(recordId: string): RecordKey | null {
    const { tenantId, installationKey } = this.connection;
    return hasPersonal(this.resource) ? newRecordKey(installationKey, { tenantId, recordId }) : null;
  }

  private keyFor(id: string, { personal }: Changes): Promise<Buffer | null> | null {
    return personal && recordKeyOf(this.connection, id);
  }

  private sealed(recordId: string, changes: Changes | undefined, key: Buffer | null): Buffer | null {
    return changes?.personal && key ? sealValues(key, changes.personal, { tenantId: this.connection.tenantId, recordId }) : null;
  }

  private write(statement: Statement, { verb, changes, id, row, key }: Told, tail: readonly unknown[]): Promise<PlainRow[]> {
    const { actor, cause, tenantId, now } = this.connection;
    return this.run(statement, [
      tenantId,
      now,
      actorType(actor),
      actor.id,
      actor.label,
      cause.command,
      this.resource.name,
      JSON.stringify(changes.kept),
      cause.requestId ?? null,
      newId(0),
      this.eventName(verb),
      JSON.stringify(Object.keys(changes.kept)),
      JSON.stringify({ kind: actor.kind, id: actor.id, label: actor.label }),
      JSON.stringify(cause),
      ...originOf(this.connection, this.resource, row),
      this.sealed(id, changes, key),
      ...tail,
    ]);
  }

  private async run(statement: Statement, values: readonly unknown[]): Promise<PlainRow[]> {
    try {
      const rows = await queryRows(this.connection.client, { ...statement, values: [...values] }, textReader);
      return rows.map((row) => rowFrom(this.resource, row) as Row<Resource> & Record<string, unknown>);
    } catch (error) {
      throw translate(error, this.resource);
    }
  }
}
