import { reachOf } from '../access/actor.js';
import { permissionMissing } from '../access/errors.js';
import { refuseWriting } from '../access/field-rights.js';
import { translate } from '../db/constraint-errors.js';
import type { OpenWork } from '../db/open-work.js';
import { judgedBy, withSavepoint } from '../db/twins.js';
import { DomainError, invalid } from '../errors/domain-error.js';
import { reachByRef } from '../external-refs/by-ref.js';
import { upsertRow } from '../external-refs/upsert.js';
import type { BaseRow, Resource } from '../resource/define-resource.js';
import { newRow } from '../usecase/crud.js';
import type { Warning } from '../usecase/judge.js';
import { permit } from '../usecase/runner.js';
import { takeTurns } from './take-turns.js';
import { readItem, refused, verbsOf, type BulkMode, type ItemResult, type ReadItem, type Target } from './bulk-item.js';

export interface BulkCall {
  readonly resource: Resource;
  readonly items: readonly unknown[];
  readonly mode: BulkMode;
  /** Place of the first item in the whole call. */
  readonly firstIndex?: number;
}

interface Planned<I extends ReadItem = ReadItem> {
  readonly index: number;
  readonly item: I;
}
type PlannedCreate = Planned<Extract<ReadItem, { verb: 'create' }>>;

/** Refuses a caller who may do nothing of what a bulk call can do. */
export function mayWrite(work: Pick<OpenWork, 'actor'>, resource: Resource): void {
  const verbs = verbsOf(resource).filter((verb) => verb !== 'upsert');
  if (work.actor.kind === 'system' || verbs.some((verb) => reachOf(work.actor.permissions, `${resource.name}:${verb}`) !== null)) return;
  throw permissionMissing(`${resource.name}:${verbs[0] ?? 'update'}`);
}

/**
 * Carries out items one after the other in the transaction of `work`, each with the rights its verb takes. `partial`: an item that is
 * refused leaves nothing behind and the others go on. `atomic`: the first refusal is that of the whole call.
 */
export async function runItems(work: OpenWork, call: BulkCall): Promise<ItemResult[]> {
  mayWrite(work, call.resource);
  const results = new Map<number, ItemResult>();
  const planned = readAll(work, call, results);
  if (call.mode === 'atomic' && results.size > 0) throw wholeRefused([...results.values()]);
  await takeTurns(
    work,
    call.resource,
    planned.map(({ item }) => item),
  );
  const run = new Run(work, call.resource, results);
  for (let at = 0; at < planned.length;) {
    const creates = leadingCreates(planned, at);
    if (creates.length > 0) await run.creates(creates);
    else await run.other(planned[at]);
    at += Math.max(1, creates.length);
    if (call.mode === 'atomic') refuseAny(results);
  }
  const warned = Map.groupBy(work.warnings, ({ recordId }) => recordId);
  return [...results.values()].sort((a, b) => a.index - b.index).map((result) => withWarnings(result, warned));
}

function withWarnings(result: ItemResult, warned: ReadonlyMap<string, readonly Warning[]>): ItemResult {
  const warnings = result.id === null || result.outcome === 'deleted' ? undefined : warned.get(result.id);
  return warnings ? { ...result, warnings: warnings.map(({ rule, path, message }) => ({ rule, path, message })) } : result;
}

function readAll(
  { actor }: Pick<OpenWork, 'actor'>,
  { resource, items, firstIndex = 0 }: BulkCall,
  results: Map<number, ItemResult>,
): Planned[] {
  return items.flatMap((raw, i): Planned[] => {
    const index = firstIndex + i;
    try {
      const item = readItem(resource, raw);
      refuseWriting(actor, resource, namesIn(raw));
      return [{ index, item }];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.set(index, refused(index, error));
      return [];
    }
  });
}

/** The fields an item writes. */
function namesIn(raw: unknown): string[] {
  const data = typeof raw === 'object' && raw !== null && 'data' in raw ? raw.data : null;
  return typeof data === 'object' && data !== null ? Object.keys(data) : [];
}

function leadingCreates(planned: readonly Planned[], from: number): PlannedCreate[] {
  const run: PlannedCreate[] = [];
  for (const { index, item } of planned.slice(from)) {
    if (item.verb !== 'create') break;
    run.push({ index, item });
  }
  return run;
}

function refuseAny(results: ReadonlyMap<number, ItemResult>): void {
  const bad = [...results.values()].filter(({ outcome }) => outcome === 'refused');
  if (bad.length > 0) throw wholeRefused(bad);
}

const shownRefusals = 20;
const wholeRefused = (bad: readonly ItemResult[]) =>
  invalid('bulk.refused', `Nothing was written: item ${bad[0]?.index ?? 0} was refused. ${bad[0]?.refusal?.message ?? ''}`.trim(), {
    refused: bad
      .slice()
      .sort((a, b) => a.index - b.index)
      .slice(0, shownRefusals)
      .map(({ index, refusal }) => ({ index, code: refusal?.code, detail: refusal?.message, ...refusal?.details })),
  });

class Run {
  constructor(
    private readonly work: OpenWork,
    private readonly resource: Resource,
    private readonly results: Map<number, ItemResult>,
  ) {}

  /** Many new rows in one statement. What is refused together is tried in halves, until it is known which rows are at fault. */
  async creates(planned: readonly PlannedCreate[]): Promise<void> {
    const first = planned[0];
    if (!first) return;
    try {
      const rows = await this.step(() => {
        permit(first.item.command, this.work.actor);
        const twin = judgedBy(this.work, first.item.command);
        return twin.repo(this.resource).createMany(planned.map(({ item }) => newRow(this.resource, item.input, twin)));
      });
      planned.forEach(({ index }, i) => this.note(index, 'created', rows[i]));
    } catch (error) {
      const refusal = refusalOf(error);
      if (planned.length === 1) this.results.set(first.index, refused(first.index, refusal));
      else {
        const half = Math.ceil(planned.length / 2);
        await this.creates(planned.slice(0, half));
        await this.creates(planned.slice(half));
      }
    }
  }

  async other(planned: Planned | undefined): Promise<void> {
    if (!planned) return;
    const { index, item } = planned;
    try {
      await this.step(() => this.carryOut(index, item));
    } catch (error) {
      this.results.set(index, refused(index, refusalOf(error)));
    }
  }

  private async carryOut(index: number, item: ReadItem): Promise<void> {
    if (item.verb === 'upsert') {
      const row = await upsertRow(this.work, this.resource, item.input);
      this.note(index, row.upserted === 'created' ? 'created' : this.touched(row), row);
      return;
    }
    if (item.verb === 'create') return;
    permit(item.command, this.work.actor);
    const twin = judgedBy(this.work, item.command);
    const id = await this.idOf(twin, item.target);
    const { expectedVersion } = item.target;
    const input = { id, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
    if (item.verb === 'delete') {
      await item.command.run(item.command.parse?.(input) ?? input, twin);
      this.results.set(index, { index, outcome: 'deleted', id, version: null });
      return;
    }
    const row = (await item.command.run(item.command.parse?.({ ...input, patch: item.patch }) ?? {}, twin)) as unknown as BaseRow;
    this.note(index, this.touched(row), row);
  }

  /** By reference, a record that is not there and one out of reach get the same answer, and it names no id. */
  private async idOf(twin: OpenWork, { id, ref }: Target): Promise<string> {
    if (id !== null) return id.toLowerCase();
    if (!ref) throw new Error('An item without a target was read.');
    return reachByRef(twin, this.resource, ref);
  }

  /** A row that was given nothing new keeps its time. */
  private touched = (row: BaseRow): 'updated' | 'unchanged' =>
    row.updatedAt.getTime() === this.work.now.getTime() ? 'updated' : 'unchanged';

  private note(index: number, outcome: ItemResult['outcome'], row: BaseRow | undefined): void {
    this.results.set(index, { index, outcome, id: row?.id ?? null, version: row?.version ?? null });
  }

  private step<T>(fn: () => Promise<T>): Promise<T> {
    return withSavepoint(this.work, fn);
  }
}

/** The refusal of an item; an outage or a defect is not one, it ends the call. */
function refusalOf(error: unknown): DomainError {
  const told = translate(error);
  if (told instanceof DomainError && told.kind !== 'unavailable') return told;
  throw error;
}
