import { inNetworks } from '#kernel/access/networks.js';
import { LRUCache } from 'lru-cache';
import type { AccessClaims } from './access-token.js';
import { authError } from './auth-errors.js';
import type { Principal, PrincipalSource, Standing } from './principal.js';

export interface AuthenticatorParts {
  /** The claims of a good access token; refuses any other with an `auth.…` error. */
  readonly verify: (token: string) => Promise<AccessClaims>;
  readonly source: PrincipalSource;
  /** Whether changes made by other processes reach us. While they do not, nothing remembered is trusted. */
  readonly hearsChanges: () => boolean;
  /** The clock sessions and keys are judged by. */
  readonly now: () => Date;
  /** However quiet it is, what is remembered is looked up again after this time; 5 s when left out. */
  readonly trustMs?: number;
}

/** A token that was found good before. `claims` is null for an API key. */
interface Known {
  readonly claims: AccessClaims | null;
  readonly principal: Principal;
  readonly allowedIps: readonly string[] | null;
  /** On the monotonic clock. */
  readonly until: number;
  /** From then on it is looked up again behind the request, so that a busy token is never waited for. */
  readonly renewAt: number;
  /** Number of the last change that was taken into account. */
  readonly change: number;
}

const longestHeader = 4_096;
const bearer = /^bearer +([^ ]+) *$/i;

/** Finds out who sends a request. All transports ask here; a token seen before costs microseconds. */
export class Authenticator {
  /** By the token itself: it lives in memory while its request is answered anyway, and a digest costs more than the look-up. */
  private readonly known = new LRUCache<string, Known>({ max: 50_000 });
  private readonly loading = new Map<string, Promise<Standing>>();
  private readonly listeners = new Set<(tenantId: string | null) => void>();
  /** Changes are counted; a tenant's entry is the number of its latest one. */
  private readonly changes = new Map<string, number>();
  private lastChange = 0;
  private lastChangeOfAll = 0;
  private readonly trustMs: number;

  constructor(private readonly parts: AuthenticatorParts) {
    this.trustMs = parts.trustMs ?? 5_000;
  }

  /**
   * The principal of an Authorization header; throws `auth.…` when there is none or it is not good. `address` is where the request came
   * from: a key that is bound to networks is unknown anywhere else, and where no address is told.
   */
  async authenticate(header: string | undefined, address: string | null = null): Promise<Principal> {
    const recalled = this.recall(header, address);
    if (recalled) return recalled;
    const { principal, allowedIps } = await this.learn(header);
    if (allowedIps && !inNetworks(allowedIps, address)) throw authError('auth.key_invalid');
    return principal;
  }

  /** What is remembered of this header and can be trusted right now, without waiting; null says: ask `authenticate`. */
  recall(header: string | undefined, address: string | null = null): Principal | null {
    const token = tokenOf(header);
    if (token === null) return null;
    const known = this.known.get(token);
    if (!known || !this.trusts(known) || (known.allowedIps && !inNetworks(known.allowedIps, address))) return null;
    if (known.renewAt < performance.now()) this.renew(token, known);
    return known.principal;
  }

  /** Stops trusting what is remembered of a tenant, or of all: call it after each commit that changed users, rights, sessions or keys. */
  forget(tenantId: string | null): void {
    this.lastChange++;
    if (tenantId === null) this.lastChangeOfAll = this.lastChange;
    else this.changes.set(tenantId, this.lastChange);
    // A look-up that began before the change may not answer who asks after it.
    this.loading.clear();
    for (const listener of this.listeners) listener(tenantId);
  }

  /** Tells of every change, so that open sockets can ask again whether their principal is still good. Returns how to stop. */
  onChange(listener: (tenantId: string | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private learn(header: string | undefined): Promise<Standing> {
    const token = tokenOf(header);
    if (token === null) return Promise.reject(authError(header ? 'auth.token_invalid' : 'auth.required'));
    const running = this.parts.hearsChanges() ? this.loading.get(token) : undefined;
    return running ?? this.start(token);
  }

  /** A failure is left to whoever asks next. */
  private renew(token: string, known: Known): void {
    this.known.set(token, { ...known, renewAt: Infinity });
    if (!this.loading.has(token)) this.start(token).catch(() => undefined);
  }

  private start(token: string): Promise<Standing> {
    const load = this.load(token).finally(() => {
      if (this.loading.get(token) === load) this.loading.delete(token);
    });
    this.loading.set(token, load);
    return load;
  }

  private async load(token: string): Promise<Standing> {
    const started = performance.now();
    const change = this.lastChange;
    const claims = await this.claimsOf(token);
    const standing = claims ? await this.parts.source.session(claims) : await this.parts.source.key(token);
    if (!standing) {
      this.known.delete(token);
      throw authError(claims ? 'auth.session_revoked' : 'auth.key_invalid');
    }
    const { principal } = standing;
    const trust = this.trustFor(standing, claims);
    this.known.set(token, {
      claims,
      principal,
      allowedIps: standing.allowedIps ?? null,
      until: started + trust,
      renewAt: trust < this.trustMs ? Infinity : started + trust * 0.8,
      change,
    });
    return standing;
  }

  private async claimsOf(token: string): Promise<AccessClaims | null> {
    if (token.startsWith('kontor_')) return null;
    const claims = this.known.get(token)?.claims ?? (await this.parts.verify(token));
    if (claims.expiresAt * 1000 <= Date.now()) throw authError('auth.token_expired');
    return claims;
  }

  private trusts({ until, change, principal }: Known): boolean {
    return (
      until > performance.now() &&
      change >= this.lastChangeOfAll &&
      change >= (this.changes.get(principal.tenantId) ?? 0) &&
      this.parts.hearsChanges()
    );
  }

  private trustFor({ until }: Standing, claims: AccessClaims | null): number {
    const ofStanding = until ? until.getTime() - this.parts.now().getTime() : Infinity;
    const ofToken = claims ? claims.expiresAt * 1000 - Date.now() : Infinity;
    return Math.min(this.trustMs, ofStanding, ofToken);
  }
}

/** The token of a bearer header; null when there is none, or when it is longer than any of ours. */
function tokenOf(header: string | undefined): string | null {
  if (!header || header.length > longestHeader) return null;
  if (header.startsWith('Bearer ') && header.length > 7 && !header.includes(' ', 7)) return header.slice(7);
  return bearer.exec(header)?.[1] ?? null;
}
