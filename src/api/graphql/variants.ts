import { LRUCache } from 'lru-cache';
import type { GraphQLSchema } from 'graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from '#kernel/resource/registry.js';
import type { Principal } from '../auth/principal.js';
import type { FastReads, GraphqlRequest } from './fast-path.js';

/** GraphQL as a tenant has it. */
export interface GraphqlVariant {
  readonly schema: GraphQLSchema;
  readonly reads: FastReads;
  /** Answers what the fast path does not. Null for the whole: there the route itself does. */
  readonly answer: ((request: FastifyRequest, reply: FastifyReply) => Promise<unknown>) | null;
  readonly stop: () => Promise<void>;
}

/** About 3 MiB each. */
const mostVariants = 200;

/** The key without the version: of one tenant, or of all with the same modules. */
const familyOf = ({ key }: Registry) => key.replace(/\/\d+$/, '');
/** Fields that lead to records of any kind, also of one that is new. */
const anyKind = /\bnodes?\s*\(/;

/**
 * The whole for tenants that have the whole, else a schema of their own: made when it is first asked for, or when a tenant that was here before
 * has changed it, a little at a time and one after the other. Until it is there reads that its predecessor understands are answered by that; only
 * what needs what is new waits. Kept by the key of their definitions, which tenants with the same modules share.
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
  private readonly renewals = new Set<Promise<unknown>>();
  private isStopped = false;
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
    const { definitions } = principal;
    const ready = this.ready(definitions);
    if (ready) return ready.reads.start(request, principal);
    const before = this.before(definitions);
    if (!before) return null;
    void this.of(definitions).catch(() => undefined);
    return anyKind.test(request.query) ? null : before.reads.start(request, principal);
  }

  /** Makes the next schema of a tenant whose last one is here, before anybody asks for it. */
  renew(tenantId: string, find: () => Promise<Registry>): void {
    if (this.isStopped || ![...this.newest.keys()].some((family) => family.endsWith(`@${tenantId}`))) return;
    const renewal = find()
      .then((definitions) => this.of(definitions))
      // Whoever asks for it meets what was wrong.
      .catch(() => undefined)
      .finally(() => this.renewals.delete(renewal));
    this.renewals.add(renewal);
  }

  private before(definitions: Registry): GraphqlVariant | null {
    const key = this.newest.get(familyOf(definitions));
    return key === undefined ? null : (this.made.get(key) ?? null);
  }

  /** Ends what stands on its own; the whole ends with the process's route. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.renewals);
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
