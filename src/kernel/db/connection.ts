import type pg from 'pg';
import type { Actor } from '../access/actor.js';
import type { VerbReach } from '../access/scope.js';
import type { Ports } from '../ports/ports.js';
import type { Registry } from '../resource/registry.js';
import type { Cause, Origin } from '../usecase/cause.js';
import type { Judging } from '../usecase/judge.js';
import type { DataSource } from 'typeorm';

/** The inside of a Work: shared by it, its repos and its system twin. Nothing outside kernel/db sees it. */
export interface Connection {
  readonly client: pg.PoolClient;
  readonly registry: Registry;
  readonly source: DataSource;
  readonly tenantId: string;
  readonly actor: Actor;
  readonly now: Date;
  readonly cause: Cause;
  readonly origin: Origin;
  /** Seals the keys of records. */
  readonly installationKey: Buffer;
  readonly links: Pick<Ports, 'publicUrl' | 'sign' | 'verify'>;
  /** In a command, rows of its own noun are judged by the reach of its permission. */
  readonly ownNoun: (VerbReach & { readonly noun: string }) | null;
  /** Who looks at what is written; null where the tenant has nobody, and where a refusal could not take the write back. */
  readonly judging?: Judging | null;
}
