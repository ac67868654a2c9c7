import { invalid } from '../errors/domain-error.js';
import { outOfReach, rowNotFound, versionConflict } from '../access/errors.js';
import { changesOf, hasPersonal, type Changes } from '../audit/changes.js';
import { newRecordKey, sealValues, type RecordKey } from '../audit/record-keys.js';
import { recordKeyOf } from '../audit/key-of.js';
import { actorType, originOf } from '../audit/trace.js';
import { changedColumns, rowColumns } from './row-values.js';
import type { BaseRow, Resource, Row } from '../resource/define-resource.js';
import type { Fields } from '../resource/fields.js';
import { codeOfResource, isUuid, newId } from '../resource/ids.js';
import { normalise, withDefaults } from '../resource/normalise.js';
import type { CreateOptions, Repo } from '../usecase/work.js';
import { queryRows } from './brief-query.js';
import type { Connection } from './connection.js';
import { translate } from './constraint-errors.js';
import { covering } from './covering.js';
import { createRows } from './create-rows.js';
import { countRows, findRows, rowFrom, type Find } from './find-rows.js';
import { checkRefs } from './refs.js';
import { judgeWritten } from './judge-written.js';
import { numberRows } from './number-rows.js';
import { definitionsChanged } from './own-fields.js';
import { releaseRow } from './release-row.js';
import { deleteStatement, insertStatement, ownParams, updateStatement, type ManyOptions, type Statement } from './statements.js';
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
    const values = this.complete(input);
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
    if (!row) throw this.nothingWritten();
    await this.judged([id], null);
    return row;
  }

  async createMany(inputs: readonly Record<string, unknown>[], { events = 'each' }: CreateOptions = {}): Promise<PlainRow[]> {
    const { ids, columns } = await this.createAll(inputs, { events, answer: 'rows' });
    const order = new Map(ids.map((id, i) => [id, i] as const));
    const created = columns.map((row) => rowFrom(this.resource, row) as PlainRow);
    return created.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  }

  async insertMany(inputs: readonly Record<string, unknown>[], { events = 'each' }: CreateOptions = {}): Promise<string[]> {
    return (await this.createAll(inputs, { events, answer: 'ids' })).ids;
  }

  private async createAll(inputs: readonly Record<string, unknown>[], options: ManyOptions) {
    if (inputs.length === 0) return { ids: [], columns: [] };
    const rows = inputs.map((input) => this.complete(input));
    await numberRows(this.resource, this.connection, rows);
    await checkRefs(this.resource, this.connection, rows);
    const fresh = rows.map((values, i) => ({ id: (inputs[i]?.['id'] as string | undefined) ?? this.newId(), values }));
    const columns = await createRows(this.resource, this.connection, fresh, options).catch((error: unknown) => {
      throw translate(error, this.resource);
    });
    if (columns.length < fresh.length) throw this.nothingWritten();
    const ids = fresh.map(({ id }) => id);
    await this.judged(ids, null);
    return { ids, columns };
  }

  async update(id: string, patch: Record<string, unknown>, options: { readonly expectedVersion?: number } = {}): Promise<PlainRow> {
    const before = await this.lock(id);
    this.expect(before, options.expectedVersion);
    const after = this.patched(before, patch);
    const changes = changesOf(this.fields, before, after);
    const names = Object.keys(this.fields).filter((name) => Object.hasOwn(changes.kept, name));
    if (names.length === 0) return before;
    this.holdInvariants(after);
    await checkRefs(this.resource, this.connection, [Object.fromEntries(names.map((name) => [name, after[name]]))]);
    const columns = changedColumns(this.resource, names, after);
    const told: Told = { verb: 'updated', changes, id, row: before, key: await this.keyFor(id, changes) };
    const [row] = await this.write(updateStatement(this.resource, names), told, [id, ...columns, ...ownParams(this.resource, names)]);
    // The row is locked: it is there.
    if (!row) throw this.nothingWritten();
    await this.judged([id], names);
    return row;
  }

  async delete(id: string, options: { readonly expectedVersion?: number } = {}): Promise<void> {
    const before = await this.lock(id);
    this.expect(before, options.expectedVersion);
    await releaseRow({ resource: this.resource, connection: this.connection, id, repoOf: (...place) => new ResourceRepo(...place) });
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

  private complete(input: Record<string, unknown>): Record<string, unknown> {
    for (const key of Object.keys(input)) if (key !== 'id' && !Object.hasOwn(this.fields, key)) throw this.noField(key);
    const values = withDefaults(this.fields, input);
    this.holdInvariants(values);
    return values;
  }

  private patched(before: PlainRow, patch: Record<string, unknown>): Record<string, unknown> {
    const after: Record<string, unknown> = { ...before };
    for (const [name, value] of Object.entries(patch)) {
      const field = this.fields[name];
      if (!field) throw this.noField(name);
      if (value !== undefined) after[name] = normalise(field, value);
    }
    return after;
  }

  private holdInvariants(row: Record<string, unknown>): void {
    for (const { code, message, path, holds } of this.resource.invariants) {
      if (holds(row)) continue;
      throw invalid(code, message, path === undefined ? {} : { errors: [{ path, code: code.slice(code.indexOf('.') + 1), message }] });
    }
  }

  private expect(row: PlainRow, version: number | undefined): void {
    if (version === undefined || row.version === version) return;
    throw versionConflict(this.resource, version, row.version);
  }

  /** A defect, unless an administrator has just taken it away. */
  private noField(name: string): Error {
    const { whole } = this.connection.registry;
    const isOfProduct = this.connection.registry === whole;
    return isOfProduct ? new Error(`${this.resource.name} has no field "${name}".`) : definitionsChanged();
  }

  private nothingWritten(): Error {
    return this.resource.metadata === undefined ? new Error(`Writing a ${this.resource.name} returned nothing.`) : definitionsChanged();
  }

  private eventName(verb: string): string {
    return `${this.resource.module}.${this.resource.name}_${verb}`;
  }

  private newKey(recordId: string): RecordKey | null {
    const { tenantId, installationKey } = this.connection;
    return hasPersonal(this.resource) ? newRecordKey(installationKey, { tenantId, recordId }) : null;
  }

  private keyFor(id: string, { personal }: Changes): Promise<Buffer> | null {
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
