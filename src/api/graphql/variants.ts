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

/** About 2 MB each. */
const mostVariants = 200;

/**
 * The whole for tenants that have the whole, else a schema of their own: made when it is first asked for, a little at a time and one after the
 * other, so that only those wait who asked for it. Kept by the key of their definitions, which tenants with the same modules share.
 */
export class GraphqlVariants {
  private readonly made = new LRUCache<string, GraphqlVariant>({ max: mostVariants, dispose: (variant) => void variant.stop() });
  private readonly making = new Map<string, Promise<GraphqlVariant>>();
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
    return this.ready(principal.definitions)?.reads.start(request, principal) ?? null;
  }

  /** Ends what stands on its own; the whole ends with the process's route. */
  async stop(): Promise<void> {
    await this.last;
    this.made.clear();
  }

  private begin(definitions: Registry): Promise<GraphqlVariant> {
    const made = this.last
      .then(() => this.make(definitions))
      .then((variant) => {
        this.made.set(definitions.key, variant);
        return variant;
      })
      .finally(() => this.making.delete(definitions.key));
    this.last = made.catch(() => undefined);
    return made;
  }
}
