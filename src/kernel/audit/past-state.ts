import { rowFilter, withinReach } from '../access/scope.js';
import type { OpenWork } from '../db/open-work.js';
import { sql } from '../db/sql.js';
import { DomainError, notFound } from '../errors/domain-error.js';
import { codeOf } from '../resource/ids.js';
import type { Resource } from '../resource/define-resource.js';
import type { KeptChanges } from './changes.js';
import { recordKeys } from './key-of.js';
import { textBefore } from './long-text.js';
import { openChanges, type OpenChanges } from './open-changes.js';

export interface PastState {
  readonly exists: boolean;
  /** All fields, also those that are defined no more. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Fields whose value was erased. */
  readonly unreadable: readonly string[];
}

interface Step {
  readonly action: string;
  readonly changes: KeptChanges;
  readonly personal: Buffer | null;
  readonly record_id: string;
  readonly later: boolean;
}

/** Changes that are taken back one after the other for one question. */
const mostSteps = 5_000;

/** The resource a record is, or was, one of. */
export function resourceOf({ definitions }: OpenWork, recordId: string): Resource {
  const code = codeOf(recordId.toLowerCase());
  const resource = code === null ? undefined : definitions.byCode.get(code);
  if (!resource) throw noSuchRecord();
  return resource;
}

/** Of a record that is not there and one that is not his to see, nobody is told more than this. */
export const noSuchRecord = () => notFound('audit.no_such_record', 'There is no such record, or you may not see it.');

/**
 * A record as it was: from how it is now, or was last, the later changes taken back. Their order is that of their writing; the times of
 * two clocks that disagree are taken for the later of both.
 */
export async function stateAt(work: OpenWork, resource: Resource, recordId: string, at: Date): Promise<PastState> {
  const row = await work.repo(resource).find(recordId);
  const steps = await stepsSince(work, resource, recordId, at);
  const last = steps[0];
  if (!row && last?.action !== 'deleted') throw noSuchRecord();
  const keys = await recordKeys(work.connection, [recordId]);
  const past = takenBack(row ? plain(row) : {}, steps, (step) => openChanges(step, { tenantId: work.tenantId, keys }));
  if (!row && !mayReadGone(work, resource, past.last)) throw noSuchRecord();
  return past.state;
}

/** Of what is gone, whoever could have read it as it was last. */
function mayReadGone(work: OpenWork, resource: Resource, last: Readonly<Record<string, unknown>>): boolean {
  return withinReach(rowFilter(resource, work.actor, `${resource.name}:read`), resource, work.actor, last);
}

async function stepsSince(work: OpenWork, resource: Resource, recordId: string, at: Date): Promise<Step[]> {
  const steps = await work.rows<Step>(sql`select action, changes, personal, record_id, later from (
      select e.id, e.action, e.changes, e.personal, e.record_id, max(e.at) over (order by e.id) > ${at} as later, row_number() over (order by e.id desc) as place
      from kernel.audit_entries e
      where e.tenant_id = ${work.tenantId} and e.record_id = ${recordId} and e.resource = ${resource.name} and e.action in ('created', 'updated', 'deleted')
    ) s where s.later or (s.place = 1 and s.action = 'deleted') order by s.id desc limit ${mostSteps + 1}`);
  if (steps.length > mostSteps)
    throw new DomainError(
      'too_large',
      'audit.too_many_changes',
      `More than ${mostSteps} changes lie between then and now. Ask for a later time.`,
    );
  return steps;
}

const isBase: ReadonlySet<string> = new Set(['id', 'version', 'createdAt', 'updatedAt']);

/** The row as an answer would show it, without what every row has. */
const plain = (row: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(row)) as object).filter(([name]) => !isBase.has(name)));

interface Undone {
  readonly state: PastState;
  /** How it was when it was last there. */
  readonly last: Readonly<Record<string, unknown>>;
}

function takenBack(now: Record<string, unknown>, steps: readonly Step[], open: (step: Step) => OpenChanges): Undone {
  const values = { ...now };
  const unreadable = new Set<string>();
  let last: Record<string, unknown> = { ...now };
  for (const step of steps) {
    takeBack(values, unreadable, open(step));
    if (step.action === 'deleted') last = { ...values };
  }
  // Gone before that time, or not there yet.
  const exists = !steps.some(({ action, later }) => (action === 'deleted' && !later) || (action === 'created' && later));
  return { state: { exists, values: exists ? values : {}, unreadable: exists ? [...unreadable] : [] }, last };
}

function takeBack(values: Record<string, unknown>, unreadable: Set<string>, { changes, erased }: OpenChanges): void {
  for (const [name, change] of Object.entries(changes)) {
    values[name] = textBefore(values[name], change);
    unreadable.delete(name);
  }
  for (const name of erased) {
    values[name] = null;
    unreadable.add(name);
  }
}
