import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { foundCompany, type Company } from './company.ts';
import { EventTeller } from './event-teller.ts';
import { Installation } from './installation.ts';
import { MailSink } from './mail-sink.ts';
import { isSettled, stateOf } from './state.ts';

let sink: MailSink;
let installation: Installation;
let company: Company;
beforeAll(async () => {
  sink = await MailSink.open({ seed: 18, slowMs: 100 });
  installation = await Installation.open({ smtpUrl: sink.url, workers: 0 });
  company = await foundCompany(installation, 10);
});
afterAll(async () => {
  await installation.close();
  await sink.close();
});

/** Tells events over one connection that is kept, without a pause, until nobody listens any more. */
async function talk(taken: string[], name: string): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const troubles: string[] = [];
  for (let n = 0; ; n++) {
    const id = `${name}-${n}`;
    const answer = await tell(agent, id).catch((error: unknown) => (error as { code?: string }).code ?? String(error));
    if (answer === 'ECONNREFUSED') break; // The door is closed: whoever comes now was told so.
    if (answer === 202) taken.push(id);
    else troubles.push(`${id}: ${answer}`);
    if (troubles.length > 5) break;
  }
  agent.destroy();
  return troubles;
}

function tell(agent: Agent, id: string): Promise<number> {
  const body = JSON.stringify({ id, type: 'page.viewed', contactId: company.contactIds[0] });
  const headers = {
    'content-type': 'application/json',
    authorization: company.rest.authorization,
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${installation.url}/v1/events`, { method: 'POST', agent, headers }, (answer: IncomingMessage) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

test('an API that is asked to stop answers every request it has let in, keeps what it took, and goes', async () => {
  const taken: string[] = [];
  const talks = Array.from({ length: 8 }, (_, i) => talk(taken, `talk-${i}`));
  await sleep(1_500);
  const { code, seconds } = await installation.stopApi();
  const troubles = (await Promise.all(talks)).flat();
  await installation.startApi();
  expect(troubles).toEqual([]);
  expect(code).toBe(0);
  expect(seconds).toBeLessThan(30);
  const kept = await installation.sql(`select event_id from marketing.events where event_id like 'talk-%'`);
  expect(kept.map((row) => row['event_id']).sort()).toEqual([...taken].sort());
  expect(taken.length).toBeGreaterThan(20);
});

test('a worker that is asked to stop ends what it has begun; nothing is lost, doubled or left unknown', async () => {
  const teller = new EventTeller(company);
  const first = await installation.startLoneWorker();
  await teller.tell(40);
  const before = sink.taken.size;
  for (let i = 0; i < 3_000 && sink.taken.size < before + 5; i++) await sleep(20);
  const { code, seconds } = await first.stop();
  expect(code).toBe(0);
  expect(seconds).toBeLessThan(30);
  const [left] = await installation.sql(`
    select (select count(*)::int from kernel.tasks where state = 'running') as running,
           (select count(*)::int from marketing.outbound_messages where status in ('sending', 'unknown')) as hanging`);
  expect(left).toEqual({ running: 0, hanging: 0 });

  const second = await installation.startLoneWorker();
  for (let i = 0; i < 240 && !isSettled(await stateOf(installation)); i++) await sleep(250);
  expect(isSettled(await stateOf(installation))).toBe(true);
  await second.stop();
  const mails = await installation.sql('select status from marketing.outbound_messages');
  expect(new Set(mails.map((row) => row['status']))).toEqual(new Set(['sent']));
  expect([...sink.taken.values()].filter((times) => times !== 1)).toEqual([]);
  expect(sink.taken.size).toBe(mails.length);
});
