import { systemActor } from '#kernel/access/actor.js';
import { fiscalPlace, fiscalYear, type FiscalCalendar } from '#kernel/pure/fiscal.js';
import { dayIn } from '#kernel/pure/time.js';
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

const apple = { kind: 'weeks', pattern: '4-4-5', lastMonth: 9, lastWeekday: 6, ends: 'last' } as const;
const set = (calendar: object, client = admin) => client.post('/v1/fiscal-calendar/set', calendar);
const showYear = async (query = '', client = admin) => (await client.get(`/v1/fiscal-calendar${query}`)).body;

test('a company has calendar years until it says how it divides them, and nothing that is half said is taken', async () => {
  expect(await showYear('?day=2027-05-09')).toMatchObject({
    kind: 'months',
    firstMonth: 1,
    year: 2027,
    quarter: 2,
    period: 5,
    to: '2028-01-01',
  });
  for (const half of [
    { kind: 'months' },
    { kind: 'months', firstMonth: 7, pattern: '4-4-5' },
    { kind: 'weeks', firstMonth: 7 },
    { kind: 'weeks', pattern: '4-4-5', lastMonth: 9 },
  ])
    expect(await set(half)).toMatchObject({ status: 400, body: { code: 'fiscal_calendar.incomplete' } });
  expect(await set({ kind: 'months', firstMonth: 13 })).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
  expect((await set({ kind: 'months', firstMonth: 1 })).body).toMatchObject({ changed: false });
});

test('the year of weeks it has chosen is shown with its quarters and periods, in REST and GraphQL', async () => {
  expect((await set(apple)).body).toMatchObject({ changed: true });
  expect((await set(apple)).body).toMatchObject({ changed: false });
  const shown = await showYear('?day=2023-12-31');
  expect(shown).toMatchObject({ ...apple, year: 2024, from: '2023-10-01', to: '2024-09-29', quarter: 2, period: 4, firstMonth: null });
  expect(shown['quarters']).toHaveLength(4);
  expect(shown['periods']).toHaveLength(12);
  const { data } = await admin.graphql('{ fiscalYear(input: {year: 2024}) { kind year from to quarter quarters { from to } } }');
  expect(data).toEqual({
    fiscalYear: { kind: 'weeks', year: 2024, from: '2023-10-01', to: '2024-09-29', quarter: null, quarters: shown['quarters'] },
  });
});

test('"this fiscal quarter" is that of the company, in both ways of reading and in REST', async () => {
  const calendars: FiscalCalendar[] = [apple, { kind: 'months', firstMonth: 2 }];
  const { timeZone } = (await admin.get('/v1/me')).body;
  const today = () => dayIn(String(timeZone), new Date());
  for (const calendar of calendars) {
    expect((await set(calendar)).status).toBe(200);
    const begun = today();
    const { first, last, around } = quarterOf(calendar, begun);
    const subject = `Due ${calendar.kind}`;
    for (const dueOn of around) expect((await admin.post('/v1/activities', { kind: 'task', subject, dueOn })).status).toBe(201);
    const found = await dueWithin(subject);
    // The quarter may have ended while the test ran.
    if (today() === begun)
      expect(found).toEqual([
        [first, last],
        [first, last],
        [first, last],
      ]);
  }
});

/** First and last day of the quarter a day lies in, and those with the days beside them. */
function quarterOf(calendar: FiscalCalendar, day: string) {
  const { year, quarter } = fiscalPlace(calendar, day);
  const { from = '', to = '' } = fiscalYear(calendar, year).quarters[quarter - 1] ?? {};
  const before = (next: string) => new Date(Date.parse(next) - 86_400_000).toISOString().slice(0, 10);
  return { first: from, last: before(to), around: [before(from), from, before(to), to] };
}

/** Days within "this fiscal quarter" as the fast read, the slow one and REST find them. */
async function dueWithin(subject: string): Promise<(string | undefined)[][]> {
  const query = `{ activities(filter: {subject: {eq: "${subject}"}, dueOn: {during: this_fiscal_quarter}}, orderBy: [{dueOn: ASC}]) { nodes { dueOn } } }`;
  const [fast, slow] = [await admin.graphql(query), await admin.graphql(query, {}, { slow: true })];
  const filter = encodeURIComponent(JSON.stringify({ subject: { eq: subject }, dueOn: { during: 'this_fiscal_quarter' } }));
  const rest = await admin.get(`/v1/activities?filter=${filter}&fields=dueOn&sort=dueOn`);
  type Due = { dueOn: string };
  const nodes = ({ data }: typeof fast) => (data?.['activities'] as { nodes: Due[] }).nodes;
  return [nodes(fast), nodes(slow), rest.body['data'] as Due[]].map((days) => days.map(({ dueOn }) => dueOn));
}

test('figures are grouped by fiscal spans, each named by its first day', async () => {
  const groupsBy = async (bucket: string) => {
    const query = `{ activities(filter: {subject: {eq: "Grouped"}}) { groups(by: [{field: dueOn, bucket: ${bucket}}]) { keys count } } }`;
    const [fast, slow] = [await admin.graphql(query), await admin.graphql(query, {}, { slow: true })];
    expect(slow.data).toEqual(fast.data);
    const { groups } = fast.data?.['activities'] as { groups: { keys: string[]; count: number }[] };
    return Object.fromEntries(groups.map(({ keys, count }) => [keys[0], count]));
  };
  for (const dueOn of ['2023-09-30', '2023-10-01', '2023-12-30', '2023-12-31', '2024-09-28', '2024-09-29'])
    expect((await admin.post('/v1/activities', { kind: 'task', subject: 'Grouped', dueOn })).status).toBe(201);
  expect((await set(apple)).status).toBe(200);
  expect(await groupsBy('FISCAL_YEAR')).toEqual({ '2022-09-25': 1, '2023-10-01': 4, '2024-09-29': 1 });
  expect(await groupsBy('FISCAL_QUARTER')).toEqual({ '2023-06-25': 1, '2023-10-01': 2, '2023-12-31': 1, '2024-06-30': 1, '2024-09-29': 1 });
  expect(await groupsBy('FISCAL_PERIOD')).toMatchObject({ '2023-10-01': 1, '2023-12-31': 1 });
  expect((await set({ kind: 'months', firstMonth: 7 })).status).toBe(200);
  expect(await groupsBy('FISCAL_YEAR')).toEqual({ '2023-07-01': 4, '2024-07-01': 2 });
});

test('whoever is of the company may see it, who has the right may set it, and another company has its own', async () => {
  expect((await set({ kind: 'months', firstMonth: 7 })).status).toBe(200);
  const seller = await company.user({ 'activity:read': 'own' });
  expect(await showYear('?year=2027', seller)).toMatchObject({ firstMonth: 7, from: '2026-07-01' });
  expect(await set(apple, seller)).toMatchObject({ status: 403, body: { code: 'access.forbidden' } });
  const other = await api.company();
  expect(await showYear('?year=2027', other.admin)).toMatchObject({ firstMonth: 1, from: '2027-01-01' });
  expect(await showYear('?year=2027')).toMatchObject({ firstMonth: 7 });
});

test('who set it is in the audit', async () => {
  const query = `select resource, actor_id, changes from kernel.audit_entries where command = 'fiscal_calendar.set' order by at, id`;
  const asked = { tenantId: company.tenantId, actor: systemActor('test'), cause: { command: 'test' } };
  const { rows } = await api.kit.runtime.withWork(asked, (work) => work.exec(query, []));
  expect(rows.length).toBeGreaterThan(2);
  expect(rows[0]).toEqual({ resource: 'fiscal_calendar', actor_id: admin.userId, changes: { calendar: [null, apple] } });
});

test('front ends are told what the spans are called, in German and English', async () => {
  const spans = async (language: string) => (await admin.get(`/v1/labels?resource=lead&language=${language}`)).body['spans'];
  const quarter = (label: string) => expect.arrayContaining([{ name: 'this_fiscal_quarter', label }]) as unknown;
  expect(await spans('de')).toEqual(quarter('Dieses Geschäftsquartal'));
  expect(await spans('en')).toEqual(quarter('This fiscal quarter'));
});
