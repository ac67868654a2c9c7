import { createHash } from 'node:crypto';
import { reachOf, type Actor } from '../access/actor.js';
import { permissionMissing, rowNotFound, versionConflict } from '../access/errors.js';
import { translate } from '../db/constraint-errors.js';
import { placeUnstorable } from '../db/unstorable.js';
import { checkInputRefs } from '../db/input-refs.js';
import type { OpenWork } from '../db/open-work.js';
import { isCollision } from '../db/outage.js';
import type { Runtime, WorkRequest } from '../db/runtime.js';
import { DomainError, conflict, invalid, unauthorized } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Fields, InputOf } from '../resource/fields.js';
import { camel } from '../resource/names.js';
import type { Registry } from '../resource/registry.js';
import { refuseAbsent } from '../variants/module-off.js';
import { validateInput } from '../resource/validate.js';
import type { Origin } from './cause.js';
import type { UseCase } from './define-command.js';
import { runDry } from './dry-run.js';
import { refuseInput, visibleAnswer } from './guard-fields.js';
import type { Warning } from './judge.js';
import { SharedCreates } from './shared-creates.js';

export interface Call {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly requestId?: string;
  /** Where the request came from and why; kept with the audit. */
  readonly origin?: Origin;
  /** The same key with the same input answers the stored result instead of doing it again. */
  readonly idempotencyKey?: string;
  /** The version of the row a command is about that its caller knows; it is refused when the row has moved on. */
  readonly expectedVersion?: number;
  /** Answers what would be, and leaves nothing behind. */
  readonly dryRun?: true;
  /** Is told what was wrong with rows that were written all the same, if anything was. */
  readonly warned?: (warnings: readonly Warning[]) => void;
}

export interface Outcome<T = Record<string, unknown>> {
  readonly result: T;
  /** True when an idempotency key answered. */
  readonly replayed: boolean;
}

/** The one way to run a use-case: permit → parse → open Work → run → audit → commit. Transport adds nothing. */
export class Runner {
  private readonly shared: SharedCreates;

  /** `committed` hears of every command after its commit and before its answer. */
  constructor(
    readonly runtime: Runtime,
    private readonly committed: (useCase: UseCase, call: Call) => void = () => undefined,
  ) {
    this.shared = new SharedCreates(runtime);
  }

  async run<I extends Fields, O extends Fields>(useCase: UseCase<I, O>, input: unknown, call: Call): Promise<Outcome<InputOf<O>>> {
    const registry = this.runtime.variants.recall(call.tenantId) ?? (await this.runtime.definitionsOf(call.tenantId));
    refuseAbsent(registry, useCase);
    permit(useCase, call.actor);
    if (useCase.secret && call.idempotencyKey !== undefined) {
      throw invalid(
        'idempotency.not_for_secrets',
        'This verb deals with a secret and keeps nothing of a call: leave the Idempotency-Key out.',
      );
    }
    refuseInput(registry, useCase, input, call.actor);
    const parsed = useCase.parse ? useCase.parse(input) : validateInput(useCase.input, input);
    const request: WorkRequest = {
      tenantId: call.tenantId,
      actor: call.actor,
      useCase,
      origin: withReason(call.origin, parsed),
      cause: { command: useCase.name, ...(call.requestId ? { requestId: call.requestId } : {}) },
    };
    let warnings: readonly Warning[] = [];
    const run = async (work: OpenWork): Promise<InputOf<O>> => {
      if (call.expectedVersion !== undefined) await expectVersion(useCase, parsed, call.expectedVersion, work);
      const result = await useCase.run(parsed as never, work);
      await checkInputRefs(useCase, parsed, work.connection);
      ({ warnings } = work);
      return result;
    };
    if (call.dryRun) {
      const result = await this.retrying(parsed, () => runDry(this.runtime, request, run));
      tell(call, warnings);
      return { result: visibleAnswer(registry, useCase, result, call.actor), replayed: false };
    }
    const outcome = await this.retrying(parsed, async () => {
      const { idempotencyKey: key } = call;
      if (key !== undefined)
        return this.runtime.withWork(request, async (work) => {
          const outcome = await once(work, key, { name: useCase.name, input: parsed }, () => run(work));
          if (outcome.replayed && useCase.crud) await refuseOutOfReach(work, useCase.crud.resource, outcome.result);
          return outcome;
        });
      const result = this.needsNoTransaction(useCase, call)
        ? await this.shared.run(useCase.crud, { request, input: parsed, alone: () => this.runtime.withStatement(request, run) })
        : await this.runtime.withWork(request, run);
      return { result, replayed: false };
    });
    if (useCase.kind === 'command') this.committed(useCase, call);
    tell(call, warnings);
    return { ...outcome, result: visibleAnswer(registry, useCase, outcome.result, call.actor) };
  }

  /** One statement is all there is, unless somebody looks at its row and may have it taken back. */
  private needsNoTransaction({ oneStatement, noun }: Pick<UseCase, 'oneStatement' | 'noun'>, { tenantId }: Call): boolean {
    return oneStatement === true && this.runtime.variants.judgeOf(tenantId)?.concerns(noun) !== true;
  }

  /** The transaction of a collision is run again. */
  private async retrying<T>(input: unknown, attempt: () => Promise<T>, left = 3): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (isCollision(error) && left > 1) return this.retrying(input, attempt, left - 1);
      throw placeUnstorable(translate(error), input);
    }
  }
}

function tell({ warned }: Call, warnings: readonly Warning[]): void {
  if (warnings.length > 0) warned?.(warnings);
}

/** A verb that is told a reason by its input needs no other. */
function withReason(origin: Origin = {}, input: unknown): Origin {
  const { reason } = input as { readonly reason?: unknown };
  return origin.reason === undefined && typeof reason === 'string' ? { ...origin, reason } : origin;
}

/** The row stays locked until the command is through: nobody writes it between the look and the deed. */
async function expectVersion(useCase: UseCase, input: unknown, version: number, work: OpenWork): Promise<void> {
  const target = targetOf(work.definitions, useCase);
  if (!target) return;
  const row = await work.repo(target.resource).lock(String((input as Readonly<Record<string, unknown>>)[target.field]));
  if (row.version !== version) throw versionConflict(target.resource, version, row.version);
}

/** The resource whose row a command is about, and the input that names the row. */
export function targetOf(registry: Registry, useCase: UseCase): { readonly resource: Resource; readonly field: string } | null {
  const resource = registry.resources.get(useCase.noun);
  const field = `${camel(useCase.noun)}Id`;
  return resource && useCase.kind === 'command' && Object.hasOwn(useCase.input, field) ? { resource, field } : null;
}

export function permit(useCase: UseCase, actor: Actor): void {
  if (useCase.access === 'public') return;
  if (actor.kind === 'anonymous')
    throw unauthorized('auth.required', 'Sign in first: send an access token or an API key in the Authorization header.');
  if (useCase.access === 'member') return;
  if (reachOf(actor.permissions, useCase.permission) === null) throw permissionMissing(useCase.permission);
}

/** The key row commits with the effect: after a crash either both are there or neither. */
async function once<T>(work: OpenWork, key: string, request: { name: string; input: unknown }, run: () => Promise<T>): Promise<Outcome<T>> {
  if (!/^[\x20-\x7e]{1,200}$/.test(key))
    throw invalid('idempotency.key_invalid', 'An Idempotency-Key has 1 to 200 printable ASCII characters.');
  const principal = `${work.actor.kind}:${work.actor.id ?? ''}`;
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
  const {
    rows: [lock],
  } = await work.exec(`select pg_try_advisory_xact_lock(hashtextextended($1, 42)) as free`, [`${work.tenantId} ${principal} ${key}`]);
  if (lock?.['free'] !== true)
    throw conflict('idempotency.in_progress', 'A request with this Idempotency-Key is still running. Repeat it in a moment.');
  const inserted = await work.exec(
    `insert into kernel.idempotency_keys (tenant_id, principal, key, request_hash, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [work.tenantId, principal, key, hash, work.now],
  );
  if (inserted.rowCount === 0) return replay<T>(work, principal, key, hash);
  const result = await run();
  await work.exec(`update kernel.idempotency_keys set response = $4 where tenant_id = $1 and principal = $2 and key = $3`, [
    work.tenantId,
    principal,
    key,
    JSON.stringify(result ?? null),
  ]);
  return { result, replayed: false };
}

/** A stored row is not shown to who may not reach it any more. One that is gone is: nobody's rights over it have changed. */
async function refuseOutOfReach(work: OpenWork, resource: Resource, stored: unknown): Promise<void> {
  const id = (stored as { id?: unknown } | null)?.id;
  if (typeof id !== 'string' || (await work.repo(resource).find(id))) return;
  if (await work.system.repo(resource).find(id)) throw rowNotFound(resource, id);
}

async function replay<T>(work: OpenWork, principal: string, key: string, hash: string): Promise<Outcome<T>> {
  const {
    rows: [stored],
  } = await work.exec(`select request_hash, response from kernel.idempotency_keys where tenant_id = $1 and principal = $2 and key = $3`, [
    work.tenantId,
    principal,
    key,
  ]);
  if (stored?.['request_hash'] !== hash)
    throw new DomainError(
      'unprocessable',
      'idempotency.key_reused',
      'This Idempotency-Key was used for another request. Use a fresh key for each new request.',
    );
  return { result: stored['response'] as T, replayed: true };
}
