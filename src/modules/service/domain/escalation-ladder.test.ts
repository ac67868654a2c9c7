import {
  cancelRows,
  collapseUntil,
  ladderProblems,
  planLadder,
  type EscalationRow,
  type LadderInput,
  type LadderStep,
} from './escalation-ladder.js';
import type { SlaClock } from './sla-clock.js';

const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);
const step = (id: string, level: number, more: Partial<LadderStep>): LadderStep => ({
  id,
  level,
  percent: null,
  offsetMinutes: null,
  repeatEveryMinutes: null,
  repeatMax: 0,
  ...more,
});
const steps = [
  step('warn', 1, { percent: 50 }),
  step('soon', 2, { offsetMinutes: -10 }),
  step('due', 3, { offsetMinutes: 0 }),
  step('again', 4, { offsetMinutes: 30, repeatEveryMinutes: 60, repeatMax: 2 }),
];
const clock = (pausedFrom?: string): SlaClock => ({
  startedAt: at('09:00'),
  stoppedAt: null,
  targetSeconds: 3600,
  floorSeconds: null,
  measure: 'wall',
  stretches: pausedFrom
    ? [
        { from: at('09:00'), to: at(pausedFrom), runs: true },
        { from: at(pausedFrom), to: null, runs: false },
      ]
    : [{ from: at('09:00'), to: null, runs: true }],
});
const input = (more: Partial<LadderInput> = {}): LadderInput => ({
  clock: clock(),
  steps,
  rows: [],
  cycleNo: 1,
  generation: 1,
  breached: false,
  now: at('09:00'),
  ...more,
});
const stored = (plan = planLadder(input())): EscalationRow[] => plan.create.map((row) => ({ ...row, id: `${row.stepId} ${row.cycleKey}` }));
const timesOf = (rows: readonly { fireAt: Date | null }[]) => rows.map((row) => row.fireAt?.toISOString().slice(11, 16) ?? null);

test('each step and each repetition gets one row at its place on the clock', () => {
  const { create } = planLadder(input());
  expect(timesOf(create)).toEqual(['09:30', '09:50', '10:00', '10:30', '11:30', '12:30']);
  expect(create.map((row) => row.cycleKey)).toEqual(['1/1/0', '1/1/0', '1/1/0', '1/1/0', '1/1/1', '1/1/2']);
});

test('planning again changes nothing', () => {
  expect(planLadder(input({ rows: stored() }))).toMatchObject({ create: [], change: [], generation: 1 });
});

test('a pause suspends what is still ahead and leaves what was reached before it', () => {
  const rows = stored();
  const { change } = planLadder(input({ rows, clock: clock('09:40'), now: at('09:40') }));
  expect(change.map((row) => [row.id, row.state])).toEqual(rows.slice(1).map((row) => [row.id, 'suspended']));
});

test('a step that has fired does not fire again after a pause', () => {
  const rows = stored().map((row) => (row.stepId === 'warn' ? { ...row, state: 'fired' as const } : row));
  const { create, change } = planLadder(input({ rows, clock: clock('09:40'), now: at('09:40') }));
  expect(create).toEqual([]);
  expect(change.map((row) => row.id)).not.toContain(rows[0]?.id);
});

test('a target loosened beyond a fired step starts a new generation of the ladder', () => {
  const rows = stored().map((row) => (row.stepId === 'warn' ? { ...row, state: 'fired' as const } : row));
  const plan = planLadder(input({ rows, clock: { ...clock(), targetSeconds: 4 * 3600 }, now: at('09:45') }));
  expect(plan.generation).toBe(2);
  expect(timesOf(plan.create)).toEqual(['11:00', '12:50', '13:00', '13:30', '14:30', '15:30']);
  expect(plan.change.every((row) => row.state === 'cancelled')).toBe(true);
});

test('after a breach a loosened target keeps the generation: the breach stays', () => {
  const rows = stored().map((row) => (row.stepId === 'due' ? { ...row, state: 'fired' as const } : row));
  expect(planLadder(input({ rows, breached: true, clock: { ...clock(), targetSeconds: 7200 }, now: at('10:05') })).generation).toBe(1);
});

test('a clock that starts in the past collapses the steps it has already passed', () => {
  const { create } = planLadder(input({ now: at('09:55') }));
  expect(create.map((row) => row.state)).toEqual(['collapsed', 'collapsed', 'pending', 'pending', 'pending', 'pending']);
});

test('a stop cancels what was to come and collapses what a late stop has passed', () => {
  const rows = stored();
  expect(cancelRows(rows)).toHaveLength(6);
  expect(collapseUntil(rows, at('10:05')).map((row) => row.id)).toEqual(rows.slice(0, 3).map((row) => row.id));
});

test('a ladder names one place for each level, in rising order', () => {
  expect(ladderProblems(steps)).toEqual([]);
  expect(ladderProblems([step('a', 1, {})]).map((p) => p.code)).toEqual(['position']);
  expect(ladderProblems([step('a', 1, { percent: 75 }), step('b', 2, { percent: 50 })]).map((p) => p.code)).toEqual(['order']);
  expect(ladderProblems([step('a', 1, { percent: 75 }), step('b', 1, { offsetMinutes: 0 })]).map((p) => p.code)).toEqual(['order']);
  expect(ladderProblems([step('a', 1, { percent: 75, repeatMax: 2 })]).map((p) => p.code)).toEqual(['repeat']);
});
