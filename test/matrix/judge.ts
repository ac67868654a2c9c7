import type { Registry } from '#kernel/resource/registry.js';
import { changedTables, checksum } from './checksum.js';
import type { Room } from './company.js';
import { writes, type Given } from './deeds.js';
import { toldToMembers } from './exceptions.js';
import { expectedOf, readable, type Expected } from './expected.js';
import type { Machine } from './machine.js';
import type { Person } from './people.js';
import { canariesIn } from './samples.js';
import type { Operation } from './surfaces.js';
import { inParallel, send, type Reply } from './wire.js';

/**
 * `status`: not the answer the definitions ask for. `leak`: text of a row the asker may not read. `written`: a refusal left something behind.
 * `missing`: a row the asker may see is not shown.
 */
export interface Finding {
  readonly kind: 'status' | 'leak' | 'written' | 'missing';
  readonly operation: string;
  readonly person: string;
  readonly detail: string;
}

/** One request that is made, and what must come of it. */
export interface Trial {
  readonly operation: Operation;
  readonly person: Person;
  readonly given: Given;
  readonly expected: Expected;
}

/** Everything that is wrong with one reply. */
export function judge(trial: Trial, reply: Reply, room: Room, registry: Registry): Finding[] {
  const { operation, person, expected } = trial;
  const finding = (kind: Finding['kind'], detail: string): Finding => ({ kind, operation: operation.key, person: person.name, detail });
  const allowed = new Set([...readable(person, room, registry), ...(toldToMembers[operation.deed?.name ?? '']?.texts ?? [])]);
  const leaked = [...canariesIn(reply.text, room.mark)].filter((owner) => isForeign(owner, allowed));
  return [
    ...(leaked.length > 0 ? [finding('leak', leaked.sort().join(', '))] : []),
    ...(isAsExpected(expected, reply) ? [] : [finding('status', `${reply.status} ${reply.code ?? 'done'}: ${reply.text.slice(0, 200)}`)]),
  ];
}

/** Texts of requests begin with `in_`; one too short to say whose it is may be shown to whom may read anything there. */
const isForeign = (owner: string, allowed: ReadonlySet<string>) =>
  owner === '?' ? allowed.size === 0 : !owner.startsWith('in_') && !allowed.has(owner);

function isAsExpected(expected: Expected, { status, code, empty }: Reply): boolean {
  if (expected.outcome === 'open') return status < 500;
  if (empty) return expected.status.includes(404);
  return code !== null && expected.status.includes(status) && expected.code.test(code);
}

/** What `person` gets when he does everything to the rows of `room`. */
export const trialsOf = (
  operations: readonly Operation[],
  person: Person,
  given: ReadonlyMap<Operation, Given>,
  at: { room: Room; registry: Registry },
) =>
  operations.map((operation): Trial => ({
    operation,
    person,
    given: given.get(operation) ?? {},
    expected: expectedOf(operation, person, at.room, at.registry),
  }));

/** May leave something behind: it is allowed, and it writes. */
export const mayWrite = ({ operation, expected }: Trial) =>
  expected.outcome === 'open' && (operation.deed === null || writes(operation.deed));

/** Tries all and looks whether anything was written; a group that wrote something is tried again one by one to name who did. */
export async function tryAll(machine: Machine, trials: readonly Trial[], room: Room, tenantId: string | null = null): Promise<Finding[]> {
  const before = await checksum(machine, tenantId);
  const findings = (await inParallel(trials, (trial) => tryOne(machine, trial, room))).flat();
  const changed = changedTables(before, await checksum(machine, tenantId));
  if (changed.length === 0) return findings;
  const blamed = await blame(machine, trials, room, tenantId);
  const first = trials[0];
  const nobody: Finding = { kind: 'written', operation: 'one of the group', person: first?.person.name ?? '', detail: changed.join(', ') };
  return [...findings, ...(blamed.length > 0 ? blamed : [nobody])];
}

async function tryOne(machine: Machine, trial: Trial, room: Room): Promise<Finding[]> {
  return judge(trial, await send(machine, trial.person, trial.operation.ask(trial.given)), room, machine.registry);
}

/** Halves the group again and again, as far as a half still writes when it is tried once more. */
async function blame(machine: Machine, trials: readonly Trial[], room: Room, tenantId: string | null): Promise<Finding[]> {
  const before = await checksum(machine, tenantId);
  await inParallel(trials, (trial) => tryOne(machine, trial, room));
  const changed = changedTables(before, await checksum(machine, tenantId));
  const [only] = trials;
  if (changed.length === 0 || !only) return [];
  if (trials.length === 1)
    return [{ kind: 'written', operation: only.operation.key, person: only.person.name, detail: changed.join(', ') }];
  const half = trials.length >> 1;
  return [...(await blame(machine, trials.slice(0, half), room, tenantId)), ...(await blame(machine, trials.slice(half), room, tenantId))];
}

export const lines = (findings: readonly Finding[]) =>
  findings.map(({ kind, operation, person, detail }) => `${kind} | ${person} | ${operation} | ${detail}`);
