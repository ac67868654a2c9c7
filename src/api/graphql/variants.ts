import { LRUCache } from 'lru-cache';
import type { GraphQLSchema } from 'graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from '#kernel/resource/registry.js';
import type { Principal } from '../auth/principal.js';
import type { DirectCreates } from './creates.js';
import type { FastReads, GraphqlRequest } from './fast-path.js';
import { isGrown } from './grown.js';

/** GraphQL as a tenant has it. */
export interface GraphqlVariant {
  readonly definitions: Registry;
  readonly schema: GraphQLSchema;
  readonly reads: FastReads;
  readonly creates: DirectCreates;
  /** Answers what the fast path does not. Null for the whole: there the route itself does. */
  readonly answer: ((request: FastifyRequest, reply: FastifyReply) => Promise<unknown>) | null;
  readonly stop: () => Promise<void>;
}

/** About 3 MiB each. */
export const mostVariants = 200;
const mostHere = 50_000;

/** The key without the version: of one tenant, or of all with the same modules. */
const familyOf = ({ key }: Registry) => key.replace(/\/\d+$/, '');
/** The key of what a tenant has that has defined nothing itself. */
const baseOf = ({ key }: Registry) => key.replace(/@.*$/, '');
/** Fields that lead to records of any kind, also of one that is new. */
const anyKind = /\bnodes?\s*\(/;

/**
 * The whole for tenants that have the whole, else a schema of their own: made when it is first asked for, if nobody has seen to it before, a
 * little at a time and one after the other. Until it is there reads that its predecessor understands are answered by that, unless what they are
 * about was changed or taken away; only what needs what is new waits. Kept by the key of their definitions, which tenants with the same modules share.
 */
export class GraphqlVariants {
  private readonly made = new LRUCache<string, GraphqlVariant>({
    max: mostVariants,
    // What it is answering comes to its end.
    dispose: (variant) => void variant.stop(),
  });
  /** The newest that is ready, of each family. */
  private readonly newest = new Map<string, string>();
  private readonly making = new Map<string, Promise<GraphqlVariant>>();
  /** Tenants whose requests have come to this process. */
  private readonly here = new LRUCache<string, true>({ max: mostHere });
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly whole: GraphqlVariant,
    private readonly make: (definitions: Registry) => Promise<GraphqlVariant>,
  ) {}

  /** Null: it has to be made first. */
  ready({ key }: Registry): GraphqlVariant | null {
    return key === '' ? this.whole : (this.made.get(key) ?? null);
  }

  of(definitions: Registry): Promise<GraphqlVariant> {
    const ready = this.ready(definitions);
    if (ready) return Promise.resolve(ready);
    const { key } = definitions;
    const making = this.making.get(key) ?? this.begin(definitions);
    this.making.set(key, making);
    return making;
  }

  /** A read on the fast path, if there is one for it already. */
  start(request: GraphqlRequest, principal: Principal): Promise<string | null> | null {
    const { definitions, tenantId } = principal;
    if (!this.here.has(tenantId)) this.here.set(tenantId, true);
    const ready = this.ready(definitions);
    if (ready) return ready.reads.start(request, principal);
    const before = this.before(definitions);
    if (!before) return null;
    void this.of(definitions).catch(() => undefined);
    return anyKind.test(request.query) ? null : before.reads.start(request, principal);
  }

  isHere(tenantId: string): boolean {
    return this.here.has(tenantId);
  }

  /** Whether it can be made without another going for it that has not been changed. */
  hasRoom(definitions: Registry): boolean {
    return this.made.size < mostVariants || this.newest.has(familyOf(definitions));
  }

  /** What was there before, if it still means what it did. */
  private before(definitions: Registry): GraphqlVariant | null {
    const key = this.newest.get(familyOf(definitions)) ?? baseOf(definitions);
    const before = key === '' ? this.whole : this.made.get(key);
    return before && isGrown(before.definitions, definitions) ? before : null;
  }

  /** Ends what stands on its own; the whole ends with the process's route. */
  async stop(): Promise<void> {
    await this.last;
    this.made.clear();
  }

  /** What came before is not needed any more. */
  private replace(definitions: Registry): void {
    const family = familyOf(definitions);
    const last = this.newest.get(family);
    this.newest.set(family, definitions.key);
    if (last !== undefined && last !== definitions.key) this.made.delete(last);
    if (this.newest.size > 2 * mostVariants) for (const [name, key] of this.newest) if (!this.made.has(key)) this.newest.delete(name);
  }

  private begin(definitions: Registry): Promise<GraphqlVariant> {
    const made = this.last
      .then(() => this.make(definitions))
      .then((variant) => {
        this.made.set(definitions.key, variant);
        this.replace(definitions);
        return variant;
      })
      .finally(() => this.making.delete(definitions.key));
    this.last = made.catch(() => undefined);
    return made;
  }
}
