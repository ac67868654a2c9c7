import { newId, typeCode } from '#kernel/resource/ids.js';
import type { Field, Fields } from '#kernel/resource/fields.js';
import { changedTables, checksum } from './checksum.js';
import type { Room } from './company.js';
import type { Deed, Given } from './deeds.js';
import { seesRows } from './expected.js';
import type { Finding } from './judge.js';
import type { Machine } from './machine.js';
import type { Person } from './people.js';
import { anyRow, isRefusal, prepared } from './recipes.js';
import { requiredOf, type Source } from './samples.js';
import type { Operation } from './surfaces.js';
import { inParallel, send, type Reply } from './wire.js';
import type { Works } from './works.js';

/** One place in an input where an id stands, however deep. */
interface Place {
  readonly path: string;
  readonly target: string;
  put(given: Given, id: string): Given;
}

interface Case {
  readonly operations: readonly Operation[];
  readonly works: Works;
  /** Whose rows are named. */
  readonly from: Room;
  /** Where the rest of the input is from. */
  readonly to: Room;
  readonly who: Person;
}

/** Puts an id of a row that may not be seen at each place of each input that is good otherwise: linking is reading, too. */
export async function tryReferences(machine: Machine, { operations, works, from, to, who }: Case): Promise<Finding[]> {
  const before = await checksum(machine, from.tenantId);
  const trials = operations.flatMap((operation) => {
    const { deed } = operation;
    if (!deed || deed.kind === 'list' || deed.kind === 'get' || deed.kind === 'delete') return [];
    return placesIn(deed.input, to.source('in_place'))
      .filter(({ path, target }) => path !== deed.target && from.rows.has(target))
      .filter(({ target }) => !seesRows(who, machine.registry.resource(target), `${target}:read`, from))
      .map((place) => ({ operation, deed, place }));
  });
  const findings = await inParallel(trials, async ({ operation, deed, place }): Promise<Finding[]> => {
    const finding = (kind: Finding['kind'], detail: string): Finding => ({
      kind,
      operation: `${operation.key} ${place.path}`,
      person: who.name,
      detail,
    });
    const base = await given(machine, deed, works, to);
    if (base === null) return [];
    const ask = (id: string) => send(machine, who, operation.ask(place.put(base, id)));
    const missing = await ask(newId(typeCode(place.target)));
    const foreign = await ask(from.rows.get(place.target) ?? '');
    // What may be done with a reference to nothing says nothing of what the reference does.
    if (foreign.code === null && missing.code !== null) return [finding('status', `taken: ${foreign.text.slice(0, 200)}`)];
    return sameAnswer(foreign, missing) ? [] : [finding('status', `${said(foreign)}, but for no row ${said(missing)}`)];
  });
  if (from.tenantId === to.tenantId) return findings.flat();
  const changed = changedTables(before, await checksum(machine, from.tenantId));
  const written: Finding = { kind: 'written', operation: 'one with a foreign reference', person: who.name, detail: changed.join(', ') };
  return [...findings.flat(), ...(changed.length > 0 ? [written] : [])];
}

const said = ({ status, code }: Reply) => `${status} ${code ?? 'done'}`;
const sameAnswer = (a: Reply, b: Reply) => a.status === b.status && a.code === b.code;

async function given(machine: Machine, deed: Deed, works: Works, room: Room): Promise<Given | null> {
  try {
    return await prepared(machine, deed, works.ways.get(deed)?.way ?? anyRow, room);
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

function placesIn(fields: Fields, source: Source, before = ''): Place[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    inside(field, source, `${before}${name}`).map((place): Place => ({
      ...place,
      put: (given, id) => ({ ...given, [name]: place.value(id) }),
    })),
  );
}

interface Inner {
  readonly path: string;
  readonly target: string;
  /** A value of the field that names `id`. */
  value(id: string): unknown;
}

function inside(field: Field, source: Source, path: string): Inner[] {
  if (field.kind === 'ref') return field.options.unread ? [] : [{ path, target: field.target ?? '', value: (id) => id }];
  if (field.kind === 'list' && field.item)
    return inside(field.item, source, `${path}[]`).map((place) => ({ ...place, value: (id) => [place.value(id)] }));
  if (field.kind !== 'object') return [];
  const shape = field.shape ?? {};
  return Object.entries(shape).flatMap(([name, part]) =>
    inside(part, source, `${path}.${name}`).map((place) => ({
      ...place,
      value: (id: string) => ({ ...requiredOf(shape, source), [name]: place.value(id) }),
    })),
  );
}
