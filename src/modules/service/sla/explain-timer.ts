import { boolean, choice, instant, integer, list, object, ref } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { explain, remaining } from '../domain/sla-clock.js';
import { TIMER_STATES } from '../domain/timer-state.js';
import { readLedger } from './ledger.js';
import { CaseTimer } from './case-timer.resource.js';

const row = {
  from: instant({ required: true }),
  to: instant({ required: true }),
  runs: boolean({ required: true, description: 'Whether the clock ran.' }),
  seconds: integer({ required: true, description: 'Seconds counted in this stretch.' }),
  total: integer({ required: true, description: 'Seconds counted up to its end.' }),
} as const;

export const explainTimer = defineQuery({
  name: 'case_timer.explain',
  summary: 'How a clock came to its due time: each stretch with what it counted.',
  rest: { method: 'GET', path: '/case-timers/{caseTimerId}/explain' },
  input: { caseTimerId: ref('case_timer', { required: true }) },
  output: {
    state: choice(TIMER_STATES, { required: true }),
    dueAt: instant(),
    breachedAt: instant(),
    remainingSeconds: integer({ required: true, description: 'Counted seconds left; negative is an overrun.' }),
    rows: list(object(row, { name: 'ClockStretch' }), { required: true }),
  },

  async run({ caseTimerId }, work) {
    const timer = await work.repo(CaseTimer).get(caseTimerId);
    const clock = await (await readLedger(work, timer.caseId)).clockOf(timer);
    const rows = explain(clock, work.now).map((r) => ({ ...r, seconds: Math.floor(r.seconds), total: Math.floor(r.total) }));
    const { state, dueAt, breachedAt } = timer;
    return { state, dueAt, breachedAt, remainingSeconds: Math.floor(remaining(clock, work.now)), rows };
  },
});
