import { Temporal } from 'temporal-polyfill';
import { systemActor } from '#kernel/access/actor.js';
import { dayIn } from '#kernel/pure/time.js';
import type { Work } from '#kernel/usecase/work.js';
import { keepPlans } from '#modules/customers/activity/keep-plans.job.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const zone = 'Europe/Berlin';
const gap = { local: '2027-03-28T02:30:00', zone, at: '2027-03-28T01:30:00+00:00', isShifted: true };
const overlap = { local: '2027-10-31T02:30:00', zone, at: '2027-10-31T00:30:00+00:00', isShifted: false };

const plan = async (start: object, subject = 'Meet') => {
  const { status, body } = await admin.post('/v1/activities', { kind: 'meeting', subject, start });
  expect(status).toBe(201);
  return body as { id: string; start: unknown; version: number };
};
const inCompany = <T>(run: (work: Work) => Promise<T>) =>
  api.kit.runtime.withWork({ tenantId: company.tenantId, actor: systemActor('test'), cause: { command: 'test' } }, run);
const execute = (statement: string, values: unknown[]) =>
  api.kit.runtime.withWork({ tenantId: company.tenantId, actor: systemActor('test'), cause: { command: 'test' } }, (work) =>
    work.exec(statement, values),
  );

test.each([
  ['a time the clocks skip is one step later, and says so', gap],
  ['of a time that comes twice the first is meant', overlap],
])('%s: in answers to writes, in REST and in both ways of reading', async (_, shown) => {
  const { local } = shown;
  const written = await plan({ local, zone });
  expect(written.start).toEqual(shown);
  expect((await admin.get(`/v1/activities/${written.id}`)).body['start']).toEqual(shown);
  const query = `{ activity(id: "${written.id}") { start { local zone at isShifted } } }`;
  const [fast, slow] = [await admin.graphql(query), await admin.graphql(query, {}, { slow: true })];
  expect(fast.data).toEqual({ activity: { start: shown } });
  expect(slow.data).toEqual(fast.data);
  const { data } = await admin.graphql(
    `mutation ($input: CreateActivityInput!) { createActivity(input: $input) { start { when: at isShifted } } }`,
    { input: { kind: 'meeting', subject: 'Meet', start: { local, zone } } },
  );
  expect(data).toEqual({ createActivity: { start: { when: shown.at, isShifted: shown.isShifted } } });
});

test('what is read may be written back, and the instant is not ours to say', async () => {
  const { id } = await plan({ local: '2027-05-03T09:00:00', zone });
  const moved = await admin.patch(`/v1/activities/${id}`, { start: { ...gap, local: '2027-05-04T09:00:00' } });
  expect(moved.body['start']).toEqual({ local: '2027-05-04T09:00:00', zone, at: '2027-05-04T07:00:00+00:00', isShifted: false });
  expect((await admin.patch(`/v1/activities/${id}`, { start: null, kind: 'task' })).body['start']).toBeNull();
});

test('once the rules of zones change, plans keep their time of day and get another instant; what has begun keeps the one it had', async () => {
  const past = await plan({ local: '2020-06-01T09:00:00', zone }, 'Past');
  const coming = await plan({ local: '2099-06-01T09:00:00', zone }, 'Coming');
  const unknown = await plan({ local: '2098-06-01T09:00:00', zone }, 'Written by an older process');
  // As a process with other rules has left them: an hour early.
  const ids = [past.id, coming.id];
  await execute(`update customers.activities set start_at = start_at - interval '1 hour' where id = any($1::uuid[])`, [ids]);
  await execute(`update customers.activities set start_at = null, start_is_shifted = null where id = $1`, [unknown.id]);
  await execute(`update kernel.tenants set zone_rules = '1999a'`, []);
  await inCompany((work) => keepPlans.run({}, work));
  const seen = async ({ id }: { id: string }) => {
    const { start, version } = (await admin.get(`/v1/activities/${id}`)).body;
    return { at: (start as { at: string }).at, version };
  };
  expect(await seen(past)).toEqual({ at: '2020-06-01T06:00:00+00:00', version: 1 });
  expect(await seen(coming)).toEqual({ at: '2099-06-01T07:00:00+00:00', version: 2 });
  expect(await seen(unknown)).toEqual({ at: '2098-06-01T07:00:00+00:00', version: 1 });
  // The rules are the same ones now: nothing is looked at.
  await execute(`update customers.activities set start_at = start_at - interval '1 hour' where id = $1`, [coming.id]);
  await inCompany((work) => keepPlans.run({}, work));
  expect(await seen(coming)).toEqual({ at: '2099-06-01T06:00:00+00:00', version: 2 });
});

test('meetings of a day are those of the day of who asks, in the order in which they begin, wherever they are', async () => {
  const { timeZone } = (await admin.get('/v1/me')).body;
  const here = String(timeZone);
  const today = dayIn(here, new Date());
  const at = (local: string, place: string) =>
    Temporal.PlainDateTime.from(local).toZonedDateTime(here).withTimeZone(place).toPlainDateTime().toString({ smallestUnit: 'second' });
  const tomorrow = Temporal.PlainDate.from(today).add({ days: 1 }).toString();
  const los = 'America/Los_Angeles';
  await plan({ local: `${today}T12:00:00`, zone: here }, 'Daily noon');
  // Yesterday there, and today here; the other way round.
  await plan({ local: at(`${today}T00:30:00`, los), zone: los }, 'Daily far');
  await plan({ local: at(`${tomorrow}T05:00:00`, los), zone: los }, 'Daily late');
  const query = `{ activities(filter: { start: { at: { during: today } }, subject: { startsWith: "Daily" } }, orderBy: [{ start: DESC }], first: 1) {
    nodes { subject } pageInfo { endCursor } } }`;
  const [fast, slow] = [await admin.graphql(query), await admin.graphql(query, {}, { slow: true })];
  const listed = await admin.get(
    `/v1/activities?sort=start&fields=subject&filter=${encodeURIComponent(JSON.stringify({ start: { at: { gte: `${today}T00:00:00Z` } }, subject: { startsWith: 'Daily' } }))}`,
  );
  // The day may have ended while the test ran.
  if (dayIn(here, new Date()) !== today) return;
  expect(slow).toEqual(fast);
  const { nodes, pageInfo } = (fast.data as { activities: { nodes: unknown[]; pageInfo: { endCursor: string } } }).activities;
  expect(nodes).toEqual([{ subject: 'Daily noon' }]);
  const next = await admin.graphql(query.replace('first: 1', `first: 5, after: "${pageInfo.endCursor}"`));
  expect(next.data).toMatchObject({ activities: { nodes: [{ subject: 'Daily far' }] } });
  const subjects = (listed.body['data'] as { subject: string }[]).map(({ subject }) => subject);
  expect(subjects.filter((subject) => subject !== 'Daily far')).toEqual(['Daily noon', 'Daily late']);
});

test('what the clock of a place shows is asked of a few rows only, its instant of all', async () => {
  const list = (filter: object) => admin.get(`/v1/activities?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  const start = { gte: '2027-01-01T00:00:00' };
  expect(await list({ start })).toMatchObject({ status: 400, body: { code: 'filter.not_indexed', field: 'start', operator: 'gte' } });
  const { ownerId: me } = (await admin.get(`/v1/activities/${(await plan({ local: '2027-01-05T09:00:00', zone })).id}`)).body;
  expect((await list({ start, ownerId: { eq: me } })).status).toBe(200);
  expect((await list({ start: { at: { gte: '2027-01-01T00:00:00Z', isNull: false } } })).status).toBe(200);
  expect((await list({ start: { at: { contains: 'x' } } })).status).toBe(400);
  expect((await list({ start: { at: { gte: '2027-01-01' } } })).body).toMatchObject({ code: 'filter.bad_value' });
});

test('another company keeps its plans to itself', async () => {
  const other = await api.company();
  const made = await other.admin.post('/v1/activities', {
    kind: 'meeting',
    subject: 'Theirs',
    start: { local: '2099-06-01T09:00:00', zone },
  });
  await execute(`update kernel.tenants set zone_rules = '1999a'`, []);
  await inCompany((work) => keepPlans.run({}, work));
  expect((await other.admin.get(`/v1/activities/${String(made.body['id'])}`)).body).toMatchObject({ version: 1 });
  expect((await admin.get(`/v1/activities/${String(made.body['id'])}`)).status).toBe(404);
});
