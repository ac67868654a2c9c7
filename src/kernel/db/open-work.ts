import { systemActor, type Actor } from '../access/actor.js';
import { knownPermissions } from '../access/known-permissions.js';
import type { Resource } from '../resource/define-resource.js';
import { newId, typeCode } from '../resource/ids.js';
import type { DomainEvent, PayloadOf } from '../usecase/define-event.js';
import type { Task } from '../usecase/define-job.js';
import type { Repo, ScheduleOptions, Work } from '../usecase/work.js';
import type { Fields } from '../resource/fields.js';
import { insertEvent } from '../outbox/write.js';
import { cancelTask, scheduleTask } from '../jobs/write.js';
import type { Exec } from '../outbox/exec.js';
import { ownResource } from '../variants/module-off.js';
import type { Connection } from './connection.js';
import { translate } from './constraint-errors.js';
import { covering } from './covering.js';
import { makeRepo } from './repo.js';
import type { Sql } from './sql.js';

const taskCode = typeCode('task');
const eventCode = typeCode('event');

/** The one implementation of Work: a view of an open connection. */
export class OpenWork implements Work {
  private readonly repos = new Map<Resource, unknown>();
  private systemTwin: Work | null = null;
  readonly exec: Exec;

  constructor(readonly connection: Connection) {
    this.exec = async (text, values) => {
      const { rows, rowCount } = await connection.client.query<Record<string, unknown>>(text, [...values]);
      return { rows, rowCount };
    };
  }

  get tenantId() {
    return this.connection.tenantId;
  }
  get actor() {
    return this.connection.actor;
  }
  get now() {
    return this.connection.now;
  }
  get links() {
    return this.connection.links;
  }

  get system(): Work {
    if (this.actor.kind === 'system') return this;
    return (this.systemTwin ??= new OpenWork({ ...this.connection, actor: systemFor(this.connection), ownNoun: null }));
  }

  repo<R extends Resource>(resource: R): Repo<R> {
    const known = this.repos.get(resource) ?? makeRepo(this.connection.registry.resources.get(resource.name) ?? resource, this.connection);
    this.repos.set(resource, known);
    return known as Repo<R>;
  }

  get warnings() {
    return this.connection.judging?.warnings ?? [];
  }

  get definitions() {
    return this.connection.registry;
  }

  covering(resource: Resource, id: string, verbs: readonly string[], who: Actor = this.actor): Promise<string[]> {
    return covering(this.connection, { resource, id, verbs, who });
  }

  resource(name: string): Resource {
    const { registry } = this.connection;
    const own = registry.resources.get(name);
    return own ?? ownResource(registry, registry.whole.resource(name));
  }

  knowsPermission(entry: string): boolean {
    const { registry } = this.connection;
    return [registry.whole, registry].some((definitions) => knownPermissions(definitions).has(entry));
  }

  async emit<E extends DomainEvent>(event: E, payload: PayloadOf<E>, subject?: { resource: string; id: string }): Promise<string> {
    const { tenantId, actor, cause, now, registry } = this.connection;
    // What was begun before its module went off is brought to its end.
    if (!registry.events.has(event.name) && !registry.whole.events.has(event.name))
      throw new Error(`The event ${event.name} is in no module's manifest.`);
    const id = newId(eventCode, now.getTime());
    await insertEvent(this.exec, {
      tenantId,
      id,
      type: event.name,
      subject: subject ?? null,
      payload,
      actor: { kind: actor.kind, id: actor.id, label: actor.label },
      cause: { ...cause },
      occurredAt: now,
    });
    return id;
  }

  async schedule<S extends Fields>(task: Task<S>, options: ScheduleOptions<S>): Promise<void> {
    const { tenantId, now, registry } = this.connection;
    if (!registry.tasks.has(task.name) && !registry.whole.tasks.has(task.name))
      throw new Error(`The task ${task.name} is in no module's manifest.`);
    await scheduleTask(this.exec, {
      tenantId,
      id: newId(taskCode, now.getTime()),
      name: task.name,
      key: options.key,
      dueAt: options.dueAt ?? now,
      payload: options.payload,
      move: options.move === true,
    });
  }

  cancel(task: Task, key: string): Promise<boolean> {
    return cancelTask(this.exec, this.tenantId, task.name, key);
  }

  async rows<T>(statement: Sql): Promise<T[]> {
    const { text, values } = statement.compile();
    try {
      const result = await this.connection.client.query<Record<string, unknown>>(text, values);
      return result.rows as T[];
    } catch (error) {
      throw translate(error);
    }
  }
}

/** The system on somebody's behalf: all rights, but audit still names who it was. */
const systemFor = ({ actor }: Connection) => ({
  ...systemActor(actor.label, actor.type ?? actor.kind),
  id: actor.id,
  behalfOf: actor.behalfOf ?? (actor.kind === 'api_key' ? actor.userId : null),
});
