import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../errors/domain-error.js';
import { textOf } from '../pure/text.js';
import { outOfReach, rowNotFound, versionConflict } from '../access/errors.js';
import { changedColumns, rowColumns } from './row-values.js';
import type { BaseRow, Resource, Row } from '../resource/define-resource.js';
import type { Field, Fields } from '../resource/fields.js';
import { codeOfResource, isUuid, newId } from '../resource/ids.js';
import { normalise, withDefaults } from '../resource/normalise.js';
import type { Repo } from '../usecase/work.js';
import type { Connection } from './connection.js';
import { translate } from './constraint-errors.js';
import { covering } from './covering.js';
import { countRows, findRows, rowFrom, type Find } from './find-rows.js';
import { checkRefs } from './refs.js';
import { deleteStatement, insertManyStatement, insertStatement, updateStatement, type Statement } from './statements.js';

type PlainRow = Record<string, unknown> & BaseRow;
type Changes = Record<string, readonly [unknown, unknown]>;

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
    await checkRefs(this.resource, this.connection, [values]);
    const id = (input['id'] as string | undefined) ?? this.newId();
    const changes = changesOf(this.fields, {}, values);
    const columns = rowColumns(this.resource, values);
    const [row] = await this.write(insertStatement(this.resource), 'created', changes, [id, ...columns]);
    if (!row) throw new Error(`Creating a ${this.resource.name} returned nothing.`);
    return row;
  }

  async createMany(inputs: readonly Record<string, unknown>[], options: { readonly events?: 'each' | 'none' } = {}): Promise<PlainRow[]> {
    if (inputs.length === 0) return [];
    const rows = inputs.map((input) => this.complete(input));
    await checkRefs(this.resource, this.connection, rows);
    const ids = inputs.map((input) => (input['id'] as string | undefined) ?? this.newId());
    const changes = rows.map((row) => JSON.stringify(changesOf(this.fields, {}, row)));
    const byRow = rows.map((row) => rowColumns(this.resource, row));
    const arrays = (byRow[0] ?? []).map((_, i) => byRow.map((values) => values[i]));
    const { actor, cause, tenantId, now } = this.connection;
    const head = [tenantId, now, actor.kind, actor.id, actor.label, cause.command, this.resource.name, cause.requestId ?? null];
    const created = await this.run(insertManyStatement(this.resource, options.events ?? 'each'), [
      ...head,
      ids,
      changes,
      ids.map(() => newId(0)),
      this.eventName('created'),
      ...arrays,
    ]);
    const order = new Map(ids.map((id, i) => [id, i] as const));
    return created.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  }

  async update(id: string, patch: Record<string, unknown>, options: { readonly expectedVersion?: number } = {}): Promise<PlainRow> {
    const before = await this.lock(id);
    this.expect(before, options.expectedVersion);
    const after = this.patched(before, patch);
    const changes = changesOf(this.fields, before, after);
    const names = Object.keys(this.fields).filter((name) => Object.hasOwn(changes, name));
    if (names.length === 0) return before;
    this.holdInvariants(after);
    await checkRefs(this.resource, this.connection, [Object.fromEntries(names.map((name) => [name, after[name]]))]);
    const columns = changedColumns(this.resource, names, after);
    const [row] = await this.write(updateStatement(this.resource, names), 'updated', changes, [id, ...columns]);
    if (!row) throw rowNotFound(this.resource, id);
    return row;
  }

  async delete(id: string, options: { readonly expectedVersion?: number } = {}): Promise<void> {
    const before = await this.lock(id);
    this.expect(before, options.expectedVersion);
    await this.write(deleteStatement(this.resource), 'deleted', changesOf(this.fields, before, {}), [id]);
  }

  private rows(find: Find): Promise<PlainRow[]> {
    return findRows(this.resource, this.connection, find) as Promise<PlainRow[]>;
  }

  private newId(): string {
    return newId(codeOfResource(this.resource), this.connection.now.getTime());
  }

  private complete(input: Record<string, unknown>): Record<string, unknown> {
    for (const key of Object.keys(input))
      if (key !== 'id' && !Object.hasOwn(this.fields, key)) throw new Error(`${this.resource.name} has no field "${key}".`);
    const values = withDefaults(this.fields, input);
    this.holdInvariants(values);
    return values;
  }

  private patched(before: PlainRow, patch: Record<string, unknown>): Record<string, unknown> {
    const after: Record<string, unknown> = { ...before };
    for (const [name, value] of Object.entries(patch)) {
      const field = this.fields[name];
      if (!field) throw new Error(`${this.resource.name} has no field "${name}".`);
      if (value !== undefined) after[name] = normalise(field, value);
    }
    return after;
  }

  private holdInvariants(row: Record<string, unknown>): void {
    for (const { code, message, holds } of this.resource.invariants) {
      if (!holds(row)) throw invalid(code, message);
    }
  }

  private expect(row: PlainRow, version: number | undefined): void {
    if (version === undefined || row.version === version) return;
    throw versionConflict(this.resource, version, row.version);
  }

  private eventName(verb: string): string {
    return `${this.resource.module}.${this.resource.name}_${verb}`;
  }

  private write(
    statement: Statement,
    verb: 'created' | 'updated' | 'deleted',
    changes: Changes,
    tail: readonly unknown[],
  ): Promise<PlainRow[]> {
    const { actor, cause, tenantId, now } = this.connection;
    return this.run(statement, [
      tenantId,
      now,
      actor.kind,
      actor.id,
      actor.label,
      cause.command,
      this.resource.name,
      JSON.stringify(changes),
      cause.requestId ?? null,
      newId(0),
      this.eventName(verb),
      JSON.stringify(Object.keys(changes)),
      JSON.stringify({ kind: actor.kind, id: actor.id, label: actor.label }),
      JSON.stringify(cause),
      ...tail,
    ]);
  }

  private async run(statement: Statement, values: readonly unknown[]): Promise<PlainRow[]> {
    try {
      const { rows } = await this.connection.client.query<Record<string, unknown>>({ ...statement, values: [...values] });
      return rows.map((row) => rowFrom(this.resource, row) as Row<Resource> & Record<string, unknown>);
    } catch (error) {
      throw translate(error, this.resource);
    }
  }
}

/** Field by field before and after; secrets only as a mark that they changed. */
function changesOf(fields: Fields, before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Changes {
  const changes: Record<string, readonly [unknown, unknown]> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.stored?.in === 'formula') continue;
    const [old, fresh] = [before[name] ?? null, after[name] ?? null];
    if (same(field, old, fresh)) continue;
    changes[name] = field.options.hidden ? ['•', '•'] : [old, fresh];
  }
  return changes;
}

function same(field: Field, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (field.kind === 'decimal') return sameNumber(textOf(a), textOf(b));
  if (field.kind === 'money') {
    const [x, y] = [a as { amount: string; currency: string }, b as { amount: string; currency: string }];
    return x.currency === y.currency && sameNumber(x.amount, y.amount);
  }
  if (field.kind === 'address') return isDeepStrictEqual(compact(a as object), compact(b as object));
  return isDeepStrictEqual(a, b);
}

const compact = (value: object) => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null && v !== undefined));

/** `5.0` and `5.0000` are the same amount. */
const sameNumber = (a: string, b: string) => trimmed(a) === trimmed(b);
const trimmed = (n: string) => (n.includes('.') ? n.replace(/\.?0+$/, '') : n).replace(/^-0$/, '0');
