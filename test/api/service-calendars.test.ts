import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';
import { monday, tuesday } from './service-office.js';

let api: ApiKit;
let company: Company;
let admin: Client;
let calendarId: string;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
  calendarId = await calendar('Office');
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

async function calendar(name: string, zone = 'Europe/Berlin'): Promise<string> {
  const { id } = (await admin.post('/v1/business-calendars', { name, zone })).body;
  const hours = [1, 2, 3, 4, 5].flatMap((weekday) => [
    { weekday, start: '09:00', end: '12:00' },
    { weekday, start: '13:00', end: '17:00' },
  ]);
  expect((await admin.post(`/v1/business-calendars/${String(id)}/set-hours`, { hours })).status).toBe(200);
  return String(id);
}
const assign = (businessCalendarId: string, whom: object = {}) => admin.post(`/v1/business-calendars/${businessCalendarId}/assign`, whom);
const lookUp = (query = '', client = admin) => client.get(`/v1/business-calendars/look-up${query}`);

test('a calendar tells its next open slot and how much open time lies between two instants', async () => {
  const slot = await admin.get(`/v1/business-calendars/${calendarId}/next-slot?from=${monday('08:00').toISOString()}&minutes=240`);
  expect(slot.body).toMatchObject({ start: '2026-05-04T11:00:00+00:00', end: '2026-05-04T15:00:00+00:00' });
  const span = { from: monday('16:00').toISOString(), to: tuesday('10:30').toISOString() };
  const query = new URLSearchParams(span).toString();
  expect((await admin.get(`/v1/business-calendars/${calendarId}/measure?${query}`)).body).toMatchObject({ minutes: '150.000' });
  const graphql = await admin.graphql(
    `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
      nextWorkingSlot(input: { businessCalendarId: $id, from: $to }) { start end }
      businessDuration(input: { businessCalendarId: $id, from: $from, to: $to }) { minutes }
    }`,
    { id: calendarId, ...span },
  );
  expect(graphql.data).toEqual({
    nextWorkingSlot: { start: '2026-05-05T08:30:00+00:00', end: '2026-05-05T10:00:00+00:00' },
    businessDuration: { minutes: '150.000' },
  });
});

test('holidays of a region close a calendar, named in the language of who adds them, and twice is once', async () => {
  const [north, south] = [await calendar('North Rhine'), await calendar('Saxony')];
  const add = (id: string, input: object, client = admin, headers = {}) =>
    client.post(`/v1/business-calendars/${id}/add-holidays`, input, headers);
  const friday = { day: '2027-03-26', name: 'Inventory', hours: [{ start: '09:00', end: '10:00' }] };
  expect((await admin.post(`/v1/business-calendars/${north}/set-exception`, friday)).status).toBe(200);
  const year = { region: 'DE-NW', fromYear: 2027 };
  expect((await add(north, year, admin, { 'accept-language': 'de' })).body).toMatchObject({ added: 10, kept: 1 });
  const again = `mutation ($id: ID!) { addHolidays(input: { businessCalendarId: $id, region: "DE-NW", fromYear: 2027 }) { added kept } }`;
  expect((await admin.graphql(again, { id: north })).data).toEqual({ addHolidays: { added: 0, kept: 11 } });
  expect((await add(south, { region: 'DE-SN', fromYear: 2027, toYear: 2028 })).body).toMatchObject({ added: 22, kept: 0 });
  const filter = (id: string) => encodeURIComponent(JSON.stringify({ calendarId: { eq: id } }));
  const namesOf = async (id: string) =>
    ((await admin.get(`/v1/calendar-exceptions?filter=${filter(id)}&sort=day&limit=200`)).body['data'] as { name: string }[]).map(
      ({ name }) => name,
    );
  expect(await namesOf(north)).toEqual(expect.arrayContaining(['Inventory', 'Ostermontag', 'Fronleichnam', 'Allerheiligen']) as unknown);
  expect(await namesOf(south)).toContain('Day of Repentance and Prayer');
  // Corpus Christi is a holiday in the one and not in the other.
  const slot = async (id: string) => (await admin.get(`/v1/business-calendars/${id}/next-slot?from=2027-05-27T06:00:00Z`)).body['start'];
  expect(await slot(north)).toBe('2027-05-28T07:00:00+00:00');
  expect(await slot(south)).toBe('2027-05-27T07:00:00+00:00');
});

test('holidays are added by who may change calendars, to those of his company, for some years', async () => {
  const id = await calendar('Guarded');
  const add = (input: object, client = admin) => client.post(`/v1/business-calendars/${id}/add-holidays`, input);
  expect(await add({ region: 'DE', fromYear: 2030, toYear: 2029 })).toMatchObject({
    status: 400,
    body: { code: 'business_calendar.years_unfit' },
  });
  expect(await add({ region: 'DE', fromYear: 2030, toYear: 2040 })).toMatchObject({
    status: 400,
    body: { code: 'business_calendar.years_unfit' },
  });
  expect(await add({ region: 'XX', fromYear: 2030 })).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
  const reader = await company.user({ 'business_calendar:read': 'all' });
  expect(await add({ region: 'DE', fromYear: 2030 }, reader)).toMatchObject({ status: 403, body: { code: 'access.forbidden' } });
  const other = await api.company();
  expect((await add({ region: 'DE', fromYear: 2030 }, other.admin)).status).toBe(404);
});

test('what a calendar never holds is refused', async () => {
  const at = monday('08:00').toISOString();
  expect(await admin.get(`/v1/business-calendars/${calendarId}/next-slot?from=${at}&minutes=300`)).toMatchObject({
    status: 409,
    body: { code: 'business_calendar.no_slot' },
  });
  expect(await admin.get(`/v1/business-calendars/${calendarId}/measure?from=${at}&to=2099-01-01T00:00:00Z`)).toMatchObject({
    status: 400,
    body: { code: 'business_calendar.too_long' },
  });
});

test('somebody works by his own calendar, else by that of the nearest team, else by that of the company', async () => {
  const region = String((await admin.post('/v1/teams', { name: 'South' })).body['teamId']);
  const desk = String((await admin.post('/v1/teams', { name: 'Munich', parentId: region })).body['teamId']);
  const { userId } = await company.user({ 'case:read': 'own' });
  expect((await admin.post(`/v1/users/${userId}/move`, { teamId: desk })).status).toBe(200);
  const of = async (query: string) => (await lookUp(query)).body;
  expect(await of(`?userId=${userId}`)).toMatchObject({ status: 404, code: 'business_calendar.none_assigned' });

  const [whole, south, own] = [await calendar('All'), await calendar('South'), await calendar('Early', 'Asia/Kolkata')];
  await assign(whole);
  expect(await of(`?userId=${userId}`)).toEqual({ businessCalendarId: whole, zone: 'Europe/Berlin', assignedTo: 'company' });
  await assign(south, { teamId: region });
  expect(await of(`?userId=${userId}`)).toMatchObject({ businessCalendarId: south, assignedTo: 'team' });
  expect(await of(`?teamId=${desk}`)).toMatchObject({ businessCalendarId: south, assignedTo: 'team' });
  const assigned = (await assign(own, { userId })).body;
  expect(await of(`?userId=${userId}`)).toEqual({ businessCalendarId: own, zone: 'Asia/Kolkata', assignedTo: 'user' });
  expect(await of('')).toMatchObject({ businessCalendarId: whole });
  const graphql = await admin.graphql(`{ calendarOf(input: { teamId: "${desk}" }) { assignedTo businessCalendarId } }`);
  expect(graphql.data).toEqual({ calendarOf: { assignedTo: 'team', businessCalendarId: south } });

  expect((await assign(whole, { userId })).body).toEqual(assigned);
  expect(await of(`?userId=${userId}`)).toMatchObject({ businessCalendarId: whole, assignedTo: 'user' });
  expect((await admin.delete(`/v1/calendar-assignments/${String(assigned['calendarAssignmentId'])}`)).status).toBe(204);
  expect(await of(`?userId=${userId}`)).toMatchObject({ businessCalendarId: south });
  expect((await assign(whole, { userId, teamId: desk })).body).toMatchObject({ code: 'business_calendar.assigned_to_two' });
});

test('ten at once make one assignment for the company', async () => {
  const other = await api.company();
  const made = await other.admin.post('/v1/business-calendars', { name: 'Office', zone: 'UTC' });
  const path = `/v1/business-calendars/${String(made.body['id'])}/assign`;
  const answers = await Promise.all(Array.from({ length: 10 }, () => other.admin.post(path, {})));
  expect(new Set(answers.map(({ status, body }) => `${status} ${String(body['calendarAssignmentId'])}`)).size).toBe(1);
  expect((await other.admin.get('/v1/calendar-assignments')).body['data']).toHaveLength(1);
});

test('calendars of another company are not found, and without the right nothing is assigned', async () => {
  const stranger = (await api.company()).admin;
  expect((await stranger.post(`/v1/business-calendars/${calendarId}/assign`, {})).status).toBe(404);
  expect((await stranger.get(`/v1/business-calendars/${calendarId}/next-slot?from=${monday('08:00').toISOString()}`)).status).toBe(404);
  const reader = await company.user({ 'business_calendar:read': 'all', 'business_calendar:look_up': 'all' });
  expect((await reader.post(`/v1/business-calendars/${calendarId}/assign`, {})).status).toBe(403);
});

test('a user lives in a zone that exists and speaks a language that can be written', async () => {
  const { userId } = await company.user({});
  const patch = (body: object) => admin.patch(`/v1/users/${userId}`, body);
  expect(await patch({ timeZone: 'Asia/Kolkata', locale: 'de-AT' })).toMatchObject({ status: 200, body: { timeZone: 'Asia/Kolkata' } });
  expect(await patch({ timeZone: 'Mars/Olympus' })).toMatchObject({ status: 400, body: { code: 'user.unknown_zone' } });
  expect(await patch({ locale: `'||pg_sleep(3)--` })).toMatchObject({ status: 400, body: { code: 'user.unknown_locale' } });
});

test('plans may be made in every zone by the name it has today', async () => {
  for (const zone of ['Asia/Kolkata', 'Europe/Kyiv', 'America/Argentina/Buenos_Aires', 'Etc/UTC']) {
    const plan = { local: '2027-03-28T09:00:00', zone };
    const made = await admin.post('/v1/activities', { kind: 'meeting', subject: zone, start: plan, ownerId: admin.userId });
    expect(made).toMatchObject({ status: 201, body: { start: plan } });
  }
});
