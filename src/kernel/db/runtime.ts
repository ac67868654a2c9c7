import type pg from 'pg';
import { reachOf, systemActor, type Actor } from '../access/actor.js';
import { OutOfTime } from '../jobs/time-limit.js';
import type { Ports } from '../ports/ports.js';
import type { Registry } from '../resource/registry.js';
import { RegistryVariants } from '../variants/registry-variants.js';
import type { Clock } from '../usecase/clock.js';
import type { UseCase } from '../usecase/define-command.js';
import type { Judging } from '../usecase/judge.js';
import type { Cause, Origin } from '../usecase/cause.js';
import { DomainError } from '../errors/domain-error.js';
import type { Connection } from './connection.js';
import type { Database } from './data-source.js';
import { OpenWork } from './open-work.js';
import { isRefusal } from './outage.js';

export interface WorkRequest {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly cause: Cause;
  readonly origin?: Origin;
  /** The use-case about to run: rows of its noun are judged by its permission. */
  readonly useCase?: UseCase;
}

/** What a process needs to do work: definitions, database, clock and the ports to the outside. */
export class Runtime {
  private readonly installationKey: Buffer;
  /** The definitions of each tenant. */
  readonly variants: RegistryVariants;

  constructor(
    /** All definitions of the installation. */
    readonly registry: Registry,
    readonly database: Database,
    readonly clock: Clock,
    readonly ports: Ports,
  ) {
    this.installationKey = ports.keyFor('record-keys');
    this.variants = new RegistryVariants(registry);
  }

  /** The definitions of a tenant; asks the database only when they are not known here. */
  async definitionsOf(tenantId: string): Promise<Registry> {
    const known = this.variants.recall(tenantId);
    if (known) return known;
    return this.withStatement({ tenantId, actor: systemActor('definitions'), cause: { command: 'definitions' } }, (work) =>
      Promise.resolve(work.definitions),
    );
  }

  /** Runs `fn` in one transaction of one tenant. Throwing rolls back. */
  async withWork<T>(request: WorkRequest, fn: (work: OpenWork) => Promise<T>): Promise<T> {
    const client = await this.database.pool.lease(request.tenantId);
    let broken = false;
    try {
      const registry = this.variants.recall(request.tenantId) ?? (await this.learn(client, request.tenantId));
      await client.query('BEGIN');
      const result = await fn(this.open(client, request, registry, this.judging(request.tenantId)));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A handler that ran out of time may still be talking: the connection ends, so that its next statement reaches nobody else.
      if (error instanceof OutOfTime) broken = true;
      // A connection that cannot even roll back is not fit to serve another tenant.
      else
        await client.query('ROLLBACK').catch(() => {
          broken = true;
        });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Like `withWork` for work that is a single statement and so needs no transaction around it. */
  async withStatement<T>(request: WorkRequest, fn: (work: OpenWork) => Promise<T>): Promise<T> {
    const client = await this.database.pool.lease(request.tenantId);
    let broken = false;
    try {
      const registry = this.variants.recall(request.tenantId) ?? (await this.learn(client, request.tenantId));
      return await fn(this.open(client, request, registry));
    } catch (error) {
      broken = !(error instanceof DomainError || isRefusal(error));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private learn(client: pg.PoolClient, tenantId: string): Promise<Registry> {
    const request = { tenantId, actor: systemActor('definitions'), cause: { command: 'definitions' } };
    return this.variants.learn(this.open(client, request, this.registry));
  }

  private judging(tenantId: string): Judging | null {
    const judge = this.variants.judgeOf(tenantId);
    return judge && { judge, warnings: [] };
  }

  private open(client: pg.PoolClient, request: WorkRequest, registry: Registry, judging: Judging | null = null): OpenWork {
    const { tenantId, actor, cause, origin = {}, useCase } = request;
    const ownNoun = useCase ? { noun: useCase.noun, verb: useCase.verb, reach: reachOf(actor.permissions, useCase.permission) } : null;
    const connection: Connection = {
      client,
      registry,
      source: this.database.source,
      tenantId,
      actor,
      now: this.clock.now(),
      cause,
      origin,
      installationKey: this.installationKey,
      links: this.ports,
      ownNoun,
      judging,
    };
    return new OpenWork(connection);
  }
}
