import type { Actor } from '#kernel/access/actor.js';
import type { Registry } from '#kernel/resource/registry.js';

/** Who a request comes from, once its token or key has been found good. */
export interface Principal {
  readonly tenantId: string;
  readonly actor: Actor;
  /** The definitions his tenant has: what is not among them does not exist for him. */
  readonly definitions: Registry;
  /** The session of an access token; null for an API key. */
  readonly sessionId: string | null;
}

/** What is known about a session or key now: the principal, and until when at most that can be true. */
export interface Standing {
  readonly principal: Principal;
  readonly until: Date | null;
  /** Addresses and networks it is good from; null, or left out, for any. */
  readonly allowedIps?: readonly string[] | null;
}

/** Where sessions and keys are looked up; null when they are unknown, ended or their user is inactive. */
export interface PrincipalSource {
  session(claims: SessionClaims): Promise<Standing | null>;
  /** `key` is the whole key as the client sent it. */
  key(key: string): Promise<Standing | null>;
}

export interface SessionClaims {
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
}
