import type { Aftermath } from './storm.ts';
import { stateOf } from './state.ts';

/** One thing that has to hold after a storm, and what speaks against it. */
export interface Finding {
  readonly what: string;
  readonly against: readonly string[];
}

export interface Figures {
  readonly [name: string]: string | number;
}

interface Mail {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly sendingAt: Date | null;
  readonly taken: number;
}

/** A worker writes down what the server said at once: longer than this before a fault, and the fault was not to blame. */
const answerWithinMs = 15_000;

export async function judge(storm: Aftermath): Promise<{ findings: Finding[]; figures: Figures }> {
  const mails = await readMails(storm);
  const findings = [
    { what: 'Every event that was taken is kept, once.', against: await lostEvents(storm) },
    { what: 'Every event has led to one enrolment, and that to one mail.', against: await enrolmentsOf(storm) },
    { what: 'No mail arrived twice, and none that nobody meant to send.', against: doubled(storm, mails) },
    { what: 'Every mail is sent, or its fate is unknown.', against: undecided(mails) },
    { what: 'Every mail that is said to be sent has arrived.', against: missing(mails) },
    { what: 'A fate is unknown only of mails that were being sent when a fault came.', against: unexplained(storm, mails) },
    { what: 'Unknown mails are listed by the API, and were never tried again.', against: await unknownByApi(storm, mails) },
    { what: 'Every escalation had each effect exactly once.', against: await escalationsOf(storm) },
    { what: 'Nothing waits, nothing is stuck, nothing was given up.', against: await leftovers(storm) },
    { what: 'Who was refused while the database was away was told when to come again.', against: storm.teller.wordless },
    { what: 'No worker ended by itself.', against: storm.installation.workers.flatMap((worker) => worker.ownEnds) },
    { what: 'The API answers.', against: (await fetch(`${storm.installation.url}/readyz`)).ok ? [] : ['not ready'] },
  ];
  return { findings, figures: await figuresOf(storm, mails) };
}

async function lostEvents({ installation, teller, plan }: Aftermath): Promise<string[]> {
  const rows = await installation.sql('select id, event_id from marketing.events');
  const kept = new Map(rows.map((row) => [String(row['event_id']), String(row['id'])]));
  const lost = [...teller.taken]
    .filter(([ours, theirs]) => kept.get(ours) !== theirs)
    .map(([ours]) => `${ours} was taken and is not there`);
  const all = teller.taken.size === plan.events && rows.length === plan.events;
  return [...lost, ...(all ? [] : [`${plan.events} were told, ${teller.taken.size} taken, ${rows.length} kept`])];
}

async function enrolmentsOf({ installation, teller }: Aftermath): Promise<string[]> {
  const rows = await installation.sql(`
    select e.event_id, count(distinct n.id)::int as enrolments, count(distinct m.id)::int as mails, min(n.status) as status
    from marketing.events e left join marketing.enrolments n on n.tenant_id = e.tenant_id and n.trigger_event_id = e.id
    left join marketing.outbound_messages m on m.tenant_id = n.tenant_id and m.enrolment_id = n.id
    group by e.event_id`);
  const wrong = rows.filter((row) => row['enrolments'] !== 1 || row['mails'] !== 1 || row['status'] !== 'completed');
  const count = rows.length === teller.taken.size ? [] : [`${rows.length} events`];
  return [
    ...wrong.map((row) => `${String(row['event_id'])}: ${String(row['enrolments'])} enrolments, ${String(row['mails'])} mails`),
    ...count,
  ];
}

async function readMails({ installation, sink }: Aftermath): Promise<Mail[]> {
  const rows = await installation.sql('select id, status, attempts, sending_at from marketing.outbound_messages');
  return rows.map((row) => ({
    id: String(row['id']),
    status: String(row['status']),
    attempts: Number(row['attempts']),
    sendingAt: row['sending_at'] instanceof Date ? row['sending_at'] : null,
    taken: sink.taken.get(messageIdOf(String(row['id']))) ?? 0,
  }));
}

const messageIdOf = (id: string) => `${id}@kontor.example`;

function doubled({ sink }: Aftermath, mails: readonly Mail[]): string[] {
  const ours = new Set(mails.map(({ id }) => messageIdOf(id)));
  const twice = [...sink.taken].filter(([, times]) => times > 1).map(([id, times]) => `${id} came ${times} times`);
  return [...twice, ...[...sink.taken.keys()].filter((id) => !ours.has(id)).map((id) => `${id} belongs to nobody`)];
}

const undecided = (mails: readonly Mail[]) =>
  mails.filter(({ status }) => status !== 'sent' && status !== 'unknown').map(({ id, status }) => `${id} is ${status}`);

const missing = (mails: readonly Mail[]) => mails.filter(({ status, taken }) => status === 'sent' && taken !== 1).map(({ id }) => id);

function unexplained({ faults }: Aftermath, mails: readonly Mail[]): string[] {
  const explained = ({ sendingAt }: Mail) =>
    faults.some(({ at, until }) => {
      const since = sendingAt?.getTime() ?? 0;
      return since <= until && since >= at - answerWithinMs;
    });
  return mails.filter((mail) => mail.status === 'unknown' && !explained(mail)).map(({ id }) => id);
}

async function unknownByApi({ company }: Aftermath, mails: readonly Mail[]): Promise<string[]> {
  const query = new URLSearchParams({ filter: JSON.stringify({ status: { eq: 'unknown' } }), limit: '200', fields: 'id,attempts' });
  const { data } = (await company.rest.must('GET', `/v1/outbound-messages?${query.toString()}`)) as {
    data: { id: string; attempts: number }[];
  };
  const unknown = mails.filter(({ status }) => status === 'unknown');
  const listed = new Set(data.map(({ id }) => id));
  const hidden = unknown.filter(({ id }) => !listed.has(id)).map(({ id }) => `${id} is not listed`);
  const again = unknown.filter(({ attempts, taken }) => taken > 1 || attempts > 2).map(({ id }) => `${id} was tried again`);
  return [...hidden, ...again, ...(listed.size === unknown.length ? [] : [`${listed.size} are listed, ${unknown.length} are unknown`])];
}

async function escalationsOf({ installation, caseIds, plan }: Aftermath): Promise<string[]> {
  const rows = await installation.sql(
    `
    select k.number, k.priority,
      (select count(*)::int from service.escalations e where e.case_id = k.id and e.state = 'fired') as fired,
      (select count(*)::int from service.escalation_effects f where f.case_id = k.id and f.outcome = 'done') as effects,
      (select count(*)::int from service.notifications n where n.case_id = k.id) as notices,
      (select count(*)::int from kernel.outbox o where o.type = 'service.case_escalated' and o.subject_id = k.id) as told,
      (select count(*)::int from kernel.outbox o where o.type = 'service.case_priority_changed' and o.subject_id = k.id) as raised
    from service.cases k where k.id = any($1::uuid[])`,
    [caseIds],
  );
  const right = (row: Record<string, unknown>) =>
    row['priority'] === 'p3' && row['effects'] === 2 && ['fired', 'notices', 'told', 'raised'].every((count) => row[count] === 1);
  const count = rows.length === plan.escalations ? [] : [`${rows.length} of ${plan.escalations} cases are there`];
  return [...rows.filter((row) => !right(row)).map((row) => JSON.stringify(row)), ...count];
}

async function leftovers({ installation, settled }: Aftermath): Promise<string[]> {
  const failed = await installation.sql(`select name, key, attempts, last_error from kernel.tasks where state = 'failed'`);
  const stuck = settled ? [] : [`never came to rest: ${JSON.stringify(await stateOf(installation))}`];
  const open = settled
    ? []
    : await installation.sql(
        `select name, state, attempts, due_at, lease_until, last_error from kernel.tasks where state = 'running' or (state = 'pending' and (due_at <= now() or attempts > 0)) limit 20`,
      );
  return [...stuck, ...[...failed, ...open].map((row) => JSON.stringify(row))];
}

async function figuresOf(storm: Aftermath, mails: readonly Mail[]): Promise<Figures> {
  const { teller, sink, installation, kills, caughtUpAfterSeconds, seconds } = storm;
  const count = (test: (mail: Mail) => boolean) => mails.filter(test).length;
  const [tasks] = await installation.sql(
    'select max(attempts)::int as most, count(*) filter (where attempts > 0)::int as retried from kernel.tasks',
  );
  const complaints = [...installation.apiComplaints, ...installation.workers.flatMap((worker) => worker.complaints)];
  return {
    queue: installation.hasRedis ? 'Redis' : 'PostgreSQL',
    kills,
    'answers to events': [...teller.answers].map(([status, times]) => `${status}: ${times}`).join(', '),
    'mails sent': count(({ status }) => status === 'sent'),
    'unknown, arrived': count(({ status, taken }) => status === 'unknown' && taken > 0),
    'unknown, not arrived': count(({ status, taken }) => status === 'unknown' && taken === 0),
    'told to come later': sink.putOff.size,
    escalations: storm.caseIds.length,
    'tasks tried again': Number(tasks?.['retried']),
    'most tries of one task': Number(tasks?.['most']) + 1,
    'caught up after last fault, s': Math.round(caughtUpAfterSeconds),
    'whole run, s': Math.round(seconds),
    'lines of error logged': complaints.length,
    complaints: [...new Set(complaints.map(wordsOf))].slice(0, 12).join(' | '),
  };
}

/** What a line of the log says, without who and when. */
const wordsOf = (line: string) =>
  (/"message":"([^"]{1,120})/.exec(line)?.[1] ?? '') + ' ' + (/"msg":"([^"]+)"/.exec(line)?.[1] ?? line.slice(0, 120));
