import type { Fields } from '#kernel/resource/fields.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { TaskRunner } from '#kernel/jobs/run-task.js';
import { changedTables, checksum } from './checksum.js';
import type { Room } from './company.js';
import type { Finding } from './judge.js';
import type { Machine } from './machine.js';
import { canariesIn, requiredOf } from './samples.js';

/** Everything a worker runs, with a payload that names rows of a room. */
export function payloadsOf({ kit }: Machine, room: Room): { name: string; payload: Record<string, unknown> }[] {
  const { registry } = kit.runtime;
  const filled = (fields: Fields) => requiredOf(asRequired(fields), room.source('in_task'));
  const tasks = [...registry.tasks.values()].map(({ name, payload }) => ({ name, payload: filled(payload) }));
  const heard = registry.subscribers.flatMap(({ name, on }) =>
    on.map((event) => {
      const noun = event.name.replace(/^\w+\./, '').replace(/_(created|updated|deleted)$/, '');
      const subjectId = room.rows.get(noun);
      const subject = subjectId === undefined ? {} : { subjectResource: noun, subjectId };
      const told = { id: newId(0), name: event.name, occurredAt: '2026-03-02T09:00:00Z', ...subject };
      return {
        name,
        payload: {
          ...told,
          payload: { ...filled(event.payload), changed: ['name', 'timeZone', 'email'], ...(subjectId ? { id: subjectId } : {}) },
        },
      };
    }),
  );
  return [...tasks, ...heard];
}

const asRequired = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(
      ([
        name,
        {
          options: { default: _given, ...options },
          ...field
        },
      ]) => [name, { ...field, options: { ...options, required: true as const } }],
    ),
  );

/** Runs every task in one tenant with a payload that names rows of another, and looks whether anything of the other's has changed. */
export async function replayIn(machine: Machine, home: Room, victim: Room, only?: string): Promise<{ ran: number; findings: Finding[] }> {
  const { kit } = machine;
  const findings: Finding[] = [];
  const runner = new TaskRunner(kit.runtime);
  const payloads = payloadsOf(machine, victim).filter(({ name }) => only === undefined || name === only);
  for (const { name, payload } of payloads) {
    const before = await checksum(machine, victim.tenantId);
    const mails = kit.mails.length;
    const bell = await scheduled(home, name, { ...payload, tenantId: victim.tenantId });
    await runner.run(bell);
    const changed = changedTables(before, await checksum(machine, victim.tenantId));
    if (changed.length > 0)
      findings.push({ kind: 'written', person: 'a task of another company', operation: name, detail: changed.join(', ') });
    const told = kit.mails.slice(mails).filter((mail) => canariesIn(JSON.stringify(mail), victim.mark).size > 0);
    if (told.length > 0) findings.push({ kind: 'leak', person: 'a task of another company', operation: name, detail: 'mailed' });
  }
  return { ran: payloads.length, findings };
}

async function scheduled(room: Room, name: string, payload: Record<string, unknown>) {
  const taskId = newId(typeCode('task'));
  await room.work((work) =>
    work.exec('insert into kernel.tasks (tenant_id, id, name, key, payload, due_at) values ($1, $2, $3, $4, $5, $6)', [
      room.tenantId,
      taskId,
      name,
      taskId,
      payload,
      new Date(work.now.getTime() - 1000),
    ]),
  );
  return { tenantId: room.tenantId, taskId, name, key: taskId, attempts: 0, dueAt: new Date(0) };
}
