import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tooMany } from '#kernel/errors/domain-error.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Principal } from '../auth/principal.js';
import { networkOf } from './network.js';
import { Quota, type QuotaPolicy, type QuotaStore, type Standing } from './quota.js';

export interface RateLimits {
  readonly store: QuotaStore;
  /** Requests of one principal: a user or a key, whatever token he sends, by whatever process. Null: as many as he likes. */
  readonly principal: QuotaPolicy | null;
  /** Requests without a good token, by the address they come from. */
  readonly address: QuotaPolicy | null;
  /** What GraphQL operations of one company may cost together. Null: whatever they do. */
  readonly cost?: QuotaPolicy | null;
}

type Who = Pick<Authenticator, 'recall' | 'authenticate'>;
type Next = (error?: Error) => void;

/**
 * Counts requests to the two APIs before anything else is done for them, and says in RateLimit and RateLimit-Policy
 * (draft-ietf-httpapi-ratelimit-headers-10) how it stands. By principal, never by what a request can vary: path, method, header.
 */
export function limitRates(server: Pick<FastifyInstance, 'addHook'>, limits: RateLimits, who: Who): RequestCounter {
  const counter = new Counter(limits, who);
  server.addHook('onRequest', (request, reply, next) => {
    if (!isCounted(request)) next();
    else counter.count(request, reply, next);
  });
  return counter;
}

/** Counts requests that are looked at before they come to the hook, which then does not count them again. */
export interface RequestCounter {
  /** How it stands, as headers. Null: not counted, because it has to be waited for or is one too many. */
  countAtDoor(request: IncomingMessage, principal: Principal): Readonly<Record<string, string>> | null;
}

const isCounted = ({ url, method }: FastifyRequest): boolean =>
  method !== 'OPTIONS' && (url.startsWith('/v1') || url.startsWith('/graphql') || url.startsWith('/public'));

class Counter implements RequestCounter {
  private readonly counted = new WeakMap<IncomingMessage, Standing>();
  private readonly principals: Quota | null;
  private readonly addresses: Quota | null;

  constructor(
    { store, principal, address }: RateLimits,
    private readonly who: Who,
  ) {
    this.principals = principal && new Quota(principal, store);
    this.addresses = address && new Quota(address, store);
  }

  /** Waits for nothing when token and portion are known, as they nearly always are. */
  count(request: FastifyRequest, reply: FastifyReply, next: Next): void {
    const principal = this.who.recall(request.headers.authorization, request.ip);
    if (principal && !this.principals) return next();
    const before = this.counted.get(request.raw);
    if (this.principals && before) return next(tell(reply, this.principals.policy, before));
    const standing = principal && this.principals?.countNow(keyOf(principal));
    if (this.principals && standing) return next(tell(reply, this.principals.policy, standing));
    this.ask(request, reply, principal).then(next, (error: unknown) =>
      next(error instanceof Error ? error : new Error('Requests could not be counted.', { cause: error })),
    );
  }

  countAtDoor(request: IncomingMessage, principal: Principal): Readonly<Record<string, string>> | null {
    if (!this.principals) return {};
    const standing = this.principals.countNow(keyOf(principal));
    if (!standing || standing.refused) return null;
    this.counted.set(request, standing);
    return headersOf(this.principals.policy, standing);
  }

  private async ask(request: FastifyRequest, reply: FastifyReply, recalled: Principal | null): Promise<Error | undefined> {
    const address = networkOf(request.ip);
    const principal = recalled ?? (await this.learn(request, address));
    const quota = principal ? this.principals : this.addresses;
    return quota ? tell(reply, quota.policy, await quota.count(principal ? keyOf(principal) : address)) : undefined;
  }

  /** Who tries tokens is not let ask the database about each once his address has used up its share. */
  private async learn({ headers, ip }: FastifyRequest, address: string): Promise<Principal | null> {
    if (headers.authorization === undefined || this.addresses?.isSpent(address) === true) return null;
    return this.who.authenticate(headers.authorization, ip).catch(() => null);
  }
}

const keyOf = ({ tenantId, actor }: Principal) => `${tenantId} ${actor.kind} ${actor.id ?? ''}`;

const headersOf = ({ name, limit, seconds }: QuotaPolicy, { remaining, secondsLeft }: Standing) => ({
  'ratelimit-policy': `"${name}";q=${limit};w=${seconds}`,
  ratelimit: `"${name}";r=${remaining};t=${secondsLeft}`,
});

/** Returns the refusal when it is one too many. */
function tell(reply: FastifyReply, policy: QuotaPolicy, standing: Standing): Error | undefined {
  void reply.headers(headersOf(policy, standing));
  if (!standing.refused) return undefined;
  return tooMany('rate.limited', 'Too many requests in this window. Wait, then try again.', { retryAfter: standing.secondsLeft });
}
