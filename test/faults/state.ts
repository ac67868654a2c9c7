import type { Installation } from './installation.ts';

/** How much is still to be done, over all tenants. */
export interface State {
  readonly outboxWaiting: number;
  readonly tasksDue: number;
  readonly tasksRunning: number;
  readonly mailsOpen: number;
  /** Told by the mail server to come back later: a minute's wait. */
  readonly mailsPutOff: number;
  readonly escalationsPending: number;
  readonly sleepers: number;
}

// Tasks of later that were not tried yet are those that come every so many minutes: they never end.
const sql = `
select (select count(*) from kernel.outbox where relayed_at is null) as outbox_waiting,
       (select count(*) from kernel.tasks where state = 'pending' and (due_at <= now() or attempts > 0)) as tasks_due,
       (select count(*) from kernel.tasks where state = 'running') as tasks_running,
       (select count(*) from marketing.outbound_messages where status = 'sending' or (status = 'queued' and reason is distinct from 'deferred')) as mails_open,
       (select count(*) from marketing.outbound_messages where status = 'queued' and reason = 'deferred') as mails_put_off,
       (select count(*) from service.escalations where state = 'pending') as escalations_pending,
       (select count(*) from marketing.enrolments where status = 'active') as sleepers`;

export async function stateOf(installation: Installation): Promise<State> {
  const [row] = await installation.sql(sql);
  const number = (column: string) => Number(row?.[column]);
  return {
    outboxWaiting: number('outbox_waiting'),
    tasksDue: number('tasks_due'),
    tasksRunning: number('tasks_running'),
    mailsOpen: number('mails_open'),
    mailsPutOff: number('mails_put_off'),
    escalationsPending: number('escalations_pending'),
    sleepers: number('sleepers'),
  };
}

export const isSettled = (state: State): boolean => Object.values(state).every((count) => count === 0);

/** Nothing left but mails that wait for their server. */
export const isCaughtUp = (state: State): boolean => isSettled({ ...state, mailsPutOff: 0 });
