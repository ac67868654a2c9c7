import type { ActorType } from '#kernel/access/actor.js';
import type { Occurrence } from '#kernel/usecase/define-event.js';
import { usualRetry, type Effect, type Job, type RetryPolicy, type Subscriber } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { isRecord, revive } from './payload.js';
import type { TaskHost } from './task-host.js';

/** One kind of task as the runner knows it. */
export type Handler = TransactionalHandler | EffectHandler;

interface TransactionalHandler {
  readonly kind: 'transactional';
  readonly retry: RetryPolicy;
  readonly actsAs?: ActorType | undefined;
  /** Its keys are ids of events. */
  readonly hearsEvents: boolean;
  readonly run: (payload: Record<string, unknown>, work: Work) => Promise<void>;
}

interface EffectHandler {
  readonly kind: 'effect';
  readonly retry: RetryPolicy;
  readonly actsAs?: ActorType | undefined;
  readonly effect: Effect;
}

export type Handlers = ReadonlyMap<string, Handler>;

/** Jobs, effects and subscribers by name: they share one table of tasks, so a name may stand for one of them only. */
export function handlersOf({ registry }: Pick<TaskHost, 'registry'>): Handlers {
  const handlers = new Map<string, Handler>();
  for (const task of registry.tasks.values()) handlers.set(task.name, task.kind === 'job' ? fromJob(task) : fromEffect(task));
  for (const subscriber of registry.subscribers) {
    if (handlers.has(subscriber.name)) throw new Error(`The name "${subscriber.name}" stands for a subscriber and for a job or effect.`);
    handlers.set(subscriber.name, fromSubscriber(subscriber));
  }
  return handlers;
}

const fromJob = (job: Job): Handler => ({
  kind: 'transactional',
  retry: job.retry,
  actsAs: job.actsAs,
  hearsEvents: false,
  run: (payload, work) => job.run(revive(job.payload, payload), work),
});

const fromEffect = (effect: Effect): Handler => ({
  kind: 'effect',
  retry: effect.retry,
  actsAs: effect.actsAs,
  effect,
});

function fromSubscriber(subscriber: Subscriber): Handler {
  const payloads = new Map(subscriber.on.map((event) => [event.name, event.payload]));
  return {
    kind: 'transactional',
    retry: usualRetry,
    hearsEvents: true,
    run: (told, work) =>
      subscriber.run(
        occurrence(told, (name) => payloads.get(name) ?? {}),
        work,
      ),
  };
}

/** The event as the relay wrote it down. */
function occurrence(told: Record<string, unknown>, fieldsOf: (event: string) => Parameters<typeof revive>[0]): Occurrence {
  const name = String(told['name']);
  const { subjectResource, subjectId, payload } = told;
  return {
    id: String(told['id']),
    name,
    subject: typeof subjectResource === 'string' && typeof subjectId === 'string' ? { resource: subjectResource, id: subjectId } : null,
    occurredAt: new Date(String(told['occurredAt'])),
    payload: revive(fieldsOf(name), isRecord(payload) ? payload : {}),
  };
}
