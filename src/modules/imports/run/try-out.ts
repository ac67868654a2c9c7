import { openWorkOf, withSavepoint } from '#kernel/db/twins.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Finding } from '../domain/map-record.js';
import { isStandIn } from '../domain/made.js';
import type { Action } from '../domain/plan.js';
import { unwritten, writeRows, type Outcome, type Planned } from './write-rows.js';

/** Thrown to take back what was only tried. */
class Tried extends Error {
  constructor(readonly outcome: Outcome) {
    super('Only tried.');
  }
}

/** Does something, takes it back, and answers what came of it. Refusals are thrown as ever. */
export async function undone(work: Work, fn: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await withSavepoint(openWorkOf(work), async () => {
      throw new Tried(await fn());
    });
  } catch (error) {
    if (error instanceof Tried) return error.outcome;
    throw error;
  }
}

/** What the company's rules say of a chunk of a dry run. Rows that lean on records which are not there yet cannot be asked about. */
export async function tryOut(work: Work, planned: Planned): Promise<Outcome> {
  const { step, actions } = planned;
  const nothing = unwritten(actions);
  const { judging } = openWorkOf(work).connection;
  if (step.mode === 'report' || !judging?.judge.concerns(step.resource)) return nothing;
  const whole = actions.map((action): Action => (leans(action) ? { kind: 'skipped', row: action.row } : action));
  const { findings } = await undone(work, () => writeRows(work, { ...planned, actions: whole }));
  return { ...nothing, findings: [...findings, ...unasked(actions)] };
}

function leans(action: Action): boolean {
  if (action.kind === 'create') return Object.values(action.row.values).some(isStandIn);
  return action.kind === 'update' && (action.existing.id === '' || Object.values(action.patch).some(isStandIn));
}

function unasked(actions: readonly Action[]): Finding[] {
  const rows = actions.filter(leans);
  const [first] = rows;
  if (!first) return [];
  const message = `The rules of the company were not asked about ${rows.length} rows from here on: they lean on records this import would make. They are asked when it runs.`;
  return [{ line: first.row.line, field: null, rule: 'rules_not_asked', severity: 'info', value: null, done: 'not tried', message }];
}
