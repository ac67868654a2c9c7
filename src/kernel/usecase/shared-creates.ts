import type { Actor } from '../access/actor.js';
import { isCollision } from '../db/outage.js';
import type { Runtime, WorkRequest } from '../db/runtime.js';
import { DomainError } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Crud } from './define-command.js';
import { Gathering } from './gathering.js';

/** A new record as one request wants it. */
export interface Wanted<T> {
  readonly request: WorkRequest;
  readonly input: Record<string, unknown>;
  readonly alone: () => Promise<T>;
}

type Creating = Required<Crud>;
type Creates = Gathering<Wanted<unknown>, unknown>;

/** How many statements that make records of one kind for one principal are under way at once; who comes then is gathered. */
const atOnce = 2;

/**
 * Records of one kind that one principal makes in many requests at the same time are written together, each with its own audit entry, event and
 * answer. A refused one takes nobody with it.
 */
export class SharedCreates {
  private readonly gatherings = new WeakMap<Actor, Map<Resource, Creates>>();

  constructor(private readonly runtime: Runtime) {}

  /** The system acts for many tenants and in transactions of its own: it goes by itself, and so does what is no such record. */
  run<T>(crud: Crud | undefined, wanted: Wanted<T>): Promise<T> {
    const { actor } = wanted.request;
    if (!crud?.runMany || actor.kind === 'system' || actor.kind === 'anonymous') return wanted.alone();
    const { resource, runMany } = crud;
    const ofActor = this.gatherings.get(actor) ?? new Map<Resource, Creates>();
    this.gatherings.set(actor, ofActor);
    const creates = ofActor.get(resource) ?? this.gathering({ ...crud, runMany });
    ofActor.set(resource, creates);
    // What is written together answers what one alone answers.
    return creates.run(wanted) as Promise<T>;
  }

  private gathering(crud: Creating): Creates {
    return new Gathering({ alone: ({ alone }) => alone(), together: (all) => this.together(crud, all), isWorthSingling }, atOnce);
  }

  private async together({ runMany }: Creating, all: readonly Wanted<unknown>[]): Promise<readonly unknown[]> {
    const [first] = all;
    if (!first) return [];
    const { cause, ...request } = first.request;
    const callers = all.map(({ request: { cause: own, origin } }) => ({ requestId: own.requestId, origin }));
    return this.runtime.withStatement({ ...request, cause: { command: cause.command }, origin: {} }, (work) =>
      runMany(
        all.map(({ input }) => input),
        callers,
        work,
      ),
    );
  }
}

/** PostgreSQL or Kontor refused: nothing was written. Of a broken connection, and of a statement that took too long, nobody says so again. */
function isWorthSingling(error: unknown): boolean {
  if (error instanceof DomainError) return error.kind !== 'unavailable';
  return isCollision(error) || /^2[23]/.test(String((error as { code?: unknown } | null)?.code));
}
