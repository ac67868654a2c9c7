import { changesOf, hasPersonal } from '../audit/changes.js';
import { newRecordKey, sealValues } from '../audit/record-keys.js';
import { actorType, originOf } from '../audit/trace.js';
import type { Resource } from '../resource/define-resource.js';
import { newId } from '../resource/ids.js';
import { queryRows } from './brief-query.js';
import type { Caller } from '../usecase/work.js';
import type { Connection } from './connection.js';
import { inParts, partSize } from './in-parts.js';
import { rowColumns } from './row-values.js';
import { insertManyStatement, ownParams, type ManyOptions } from './statements.js';
import { textReader } from './tenant-pool.js';

/** A whole new row, with its id. */
export interface Fresh {
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Writing extends Pick<ManyOptions, 'events' | 'answer'> {
  /** Whom each row is written for, in the order of the rows; left out: all for one request. */
  readonly callers?: readonly Caller[] | null;
}

/**
 * Writes new rows, each with its audit entry, and answers columns. Where only ids are wanted it takes them in parts: while PostgreSQL writes
 * one, the next is made ready.
 */
export async function createRows(
  resource: Resource,
  connection: Connection,
  rows: readonly Fresh[],
  { callers: given = null, ...options }: Writing,
): Promise<Record<string, unknown>[]> {
  const callers = given ?? standingIn(resource, connection, rows);
  const columns = columnsOf(resource, rows, options);
  const statement = insertManyStatement(resource, { ...options, ...(callers ? { callers: 'each' } : {}), blank: columns.blank });
  return inParts(rows, options.answer === 'ids' ? partSize : Math.max(1, rows.length), {
    prepare: (part, at) => {
      const cut = <T>(all: readonly T[]): T[] => all.slice(at, at + part.length);
      return paramsOf(resource, connection, { rows: part, columns: columns.filled.map(cut), callers: callers && cut(callers) }, options);
    },
    send: (values) => queryRows(connection.client, { ...statement, values }, textReader),
  });
}

/** Who stands in for others makes rows for himself and rows for them: each has its own entry of whose it is. */
function standingIn({ scope }: Resource, { actor, cause, origin }: Connection, rows: readonly Fresh[]): Caller[] | null {
  if (scope.kind !== 'owned' || actor.ownUserIds.length < 2) return null;
  return rows.map(() => ({ requestId: cause.requestId, origin }));
}

/** One array a column, and the places of columns that are left out: nobody has a value for them, and there are rows enough for a statement of their own. */
function columnsOf(resource: Resource, rows: readonly Fresh[], { answer }: ManyOptions) {
  const byRow = rows.map(({ values }) => rowColumns(resource, values));
  const all = (byRow[0] ?? []).map((_, i) => byRow.map((values) => values[i]));
  const isBlank = (column: readonly unknown[]) => column.every((value) => value === null || value === undefined);
  const blank = new Set(answer === 'ids' ? [...all.keys()].filter((i) => isBlank(all[i] ?? [])) : []);
  return { blank, filled: all.filter((_, i) => !blank.has(i)) };
}

interface Part {
  readonly rows: readonly Fresh[];
  readonly columns: readonly unknown[][];
  /** Whom each row is written for, where that is not one request. */
  readonly callers: readonly Caller[] | null;
}

/** The parameters of `insertManyStatement`. */
function paramsOf(resource: Resource, connection: Connection, { rows, columns, callers }: Part, { events }: ManyOptions): unknown[] {
  const { actor, cause, tenantId, now } = connection;
  const ids = rows.map(({ id }) => id);
  const changes = rows.map(({ values }) => changesOf(resource.fields, {}, values));
  const told = callers && toldOf(resource, connection, rows, callers);
  return [
    ...[tenantId, now, actorType(actor), actor.id, actor.label, cause.command, resource.name],
    told ? told.requests : (cause.requestId ?? null),
    ids,
    changes.map(({ kept }) => JSON.stringify(kept)),
    // Ids of events, which nobody reads where there are none.
    events === 'each' ? rows.map(() => newId(0)) : ids,
    `${resource.module}.${resource.name}_created`,
    ...(told ? told.origins : originOf(connection, resource)),
    ...(told ? [changes.map(({ kept }) => JSON.stringify(Object.keys(kept))), told.causes] : []),
    ...sealedOf(resource, connection, rows, changes),
    ...columns,
    ...ownParams(resource),
  ];
}

/** One array a parameter, but for the operation all are a part of. */
function toldOf(resource: Resource, connection: Connection, rows: readonly Fresh[], callers: readonly Caller[]) {
  const causes = callers.map(({ requestId }) => ({ ...connection.cause, ...(requestId === undefined ? {} : { requestId }) }));
  const byRow = rows.map(({ values }, i) => {
    const own = { ...connection, cause: causes[i] ?? connection.cause, origin: callers[i]?.origin ?? {} };
    return originOf(own, resource, values);
  });
  const origins = (byRow[0] ?? []).map((_, i) => byRow.map((origin) => origin[i]));
  return {
    requests: callers.map(({ requestId }) => requestId ?? null),
    origins: [...origins.slice(0, -1), connection.cause.batchId ?? null],
    causes: causes.map((cause) => JSON.stringify(cause)),
  };
}

/** Of a resource with personal values: those values, sealed, and the key of each row. */
function sealedOf(
  resource: Resource,
  { tenantId, installationKey }: Connection,
  rows: readonly Fresh[],
  changes: readonly ReturnType<typeof changesOf>[],
): (Buffer | null)[][] {
  if (!hasPersonal(resource)) return [];
  const places = rows.map(({ id }) => ({ tenantId, recordId: id }));
  const keys = places.map((place) => newRecordKey(installationKey, place));
  const sealed = places.map((place, i) => {
    const [key, personal] = [keys[i]?.key, changes[i]?.personal];
    return key && personal ? sealValues(key, personal, place) : null;
  });
  return [sealed, keys.map(({ wrapped }) => wrapped)];
}
