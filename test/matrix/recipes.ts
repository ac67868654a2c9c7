import { systemActor } from '#kernel/access/actor.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import type { UseCase } from '#kernel/usecase/define-command.js';
import type { Room } from './company.js';
import { give, type Deed, type Given } from './deeds.js';
import { fileForm } from './forms.js';
import { otherSystem } from './kin.js';
import { person } from './people.js';
import { send } from './wire.js';
import type { Machine } from './machine.js';

/** How a row comes to be on which the deed can be done. */
export interface Way {
  readonly label: string;
  make(room: Room): Promise<string | null>;
}

/** What the deed takes, in a room where it works; the row it is about is made for it. */
export async function prepared(machine: Machine, deed: Deed, way: Way, room: Room): Promise<Given> {
  const given = give(deed, room.source(`in_${deed.name.replace('.', '_')}`));
  if (deed.target === null) return given;
  const id = await way.make(room);
  if (deed.byReference && deed.resource && id !== null) await nameIt(room, deed.resource.name, id);
  return id === null ? given : { ...given, [deed.target]: id };
}

const nameIt = (room: Room, resource: string, id: string) =>
  room.work((work) =>
    work.exec(
      'insert into kernel.external_refs (tenant_id, resource, system, external_id, record_id) values ($1, $2, $3, $4::uuid::text, $4::uuid) on conflict do nothing',
      [room.tenantId, resource, otherSystem, id],
    ),
  );

export const anyRow: Way = { label: 'any', make: () => Promise.resolve(null) };

/** Ways to try, the plainest first: a row as it is, in each of its states, with nothing optional, and as the verbs themselves make it. */
export function* waysTo(machine: Machine, deed: Deed, deeds: ReadonlyMap<string, Deed>): Generator<Way> {
  const { target } = deed;
  const resource = deed.resource && machine.kit.runtime.registry.resources.get(deed.resource.name);
  if (target === null || !resource) {
    yield anyRow;
    return;
  }
  if (target === 'fileId') {
    yield uploadWay(machine, resource);
    return;
  }
  if (target === 'entryId') {
    yield entryWay(resource);
    return;
  }
  for (const change of states(resource)) yield spareWay(resource, change);
  for (const change of states(resource)) yield spareWay(resource, { ...nothingOptional(resource), ...change });
  const siblings = [...deeds.values()].filter((other) => other.resource?.name === resource.name);
  for (const maker of siblings.filter((other) => makes(other, resource))) {
    yield verbWay(machine, [maker]);
    for (const step of siblings.filter((other) => other.kind === 'command' && other.target !== null)) yield verbWay(machine, [maker, step]);
  }
}

const makes = ({ kind, useCase, target }: Deed, resource: Resource) =>
  kind === 'create' ||
  (kind === 'command' && target === null && Object.values(useCase?.output ?? {}).some((f) => f.target === resource.name));

function states(resource: Resource): Readonly<Record<string, unknown>>[] {
  const choices = Object.entries(resource.fields).filter(
    ([name, { kind }]) => kind === 'choice' && (name === 'status' || name === 'state'),
  );
  return [{}, ...choices.flatMap(([name, { values }]) => (values ?? []).map((value) => ({ [name]: value })))];
}

const nothingOptional = (resource: Resource) =>
  Object.fromEntries(
    Object.entries(resource.fields)
      .filter(([, { options, kind }]) => options.required !== true && kind !== 'ref')
      .map(([name]) => [name, null]),
  );

const spareWay = (resource: Resource, change: Readonly<Record<string, unknown>>): Way => ({
  label: `row ${JSON.stringify(change)}`,
  make: (room) => room.spare(resource, change),
});

/** A file on a row of the room, uploaded by somebody who may. */
const uploadWay = (machine: Machine, resource: Resource): Way => ({
  label: 'upload',
  make: async (room) => {
    const who = await person(machine, room, 'uploader', { '*': 'all' });
    const name = `${room.mark}.${resource.name}.txt`;
    const reply = await send(machine, who, {
      method: 'POST',
      path: '/v1/files',
      form: () => fileForm(room.rows.get(resource.name) ?? '', name),
    });
    const { id }: { id?: string } = JSON.parse(reply.text);
    return id ?? null;
  },
});

/** An entry on the timeline of a row of the room. */
const entryWay = (resource: Resource): Way => ({
  label: 'entry',
  make: (room) =>
    room.work(async (work) => {
      const { rows } = await work.exec(
        `insert into timeline.entries (tenant_id, id, record_id, at, seq, type, verb, via, source_kind, source_id, tells, params, actor_kind, noted_at)
         values ($1, gen_random_uuid(), $2::uuid, now(), 0, $3 || '_created', 'created', '', $3, $2::uuid, '{}', '{}', 'system', now()) returning id`,
        [room.tenantId, room.rows.get(resource.name), resource.name],
      );
      return String(rows[0]?.['id']);
    }),
});

function verbWay(machine: Machine, steps: readonly Deed[]): Way {
  return {
    label: steps.map(({ name }) => name).join(' → '),
    make: async (room) => {
      let id: string | null = null;
      for (const step of steps) {
        const given = give(step, room.source('in_steps'));
        const result = await run(machine, step, room, step.target !== null && id !== null ? { ...given, [step.target]: id } : given);
        id ??= idIn(step, result);
      }
      return id;
    },
  };
}

async function run(machine: Machine, deed: Deed, room: Room, given: Given): Promise<Record<string, unknown>> {
  const useCase = (deed.useCase ?? (deed.resource && crudCommand(deed.resource, 'create'))) as UseCase;
  const actor = { ...systemActor('matrix'), kind: 'user' as const, id: room.ownerId, userId: room.ownerId };
  return (await machine.auth.runner.run(useCase, given, { tenantId: room.tenantId, actor })).result;
}

function idIn({ useCase, resource }: Deed, result: Record<string, unknown>): string {
  const name = useCase ? Object.entries(useCase.output).find(([, f]) => f.target === resource?.name)?.[0] : 'id';
  return String(result[name ?? 'id']);
}

/** A refusal on the way is no way; anything else is a defect of the product or of this test. */
export const isRefusal = (error: unknown): error is DomainError => error instanceof DomainError;
