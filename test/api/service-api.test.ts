import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';
import { monday, tuesday, usualTargets } from './service-office.js';

let api: ApiKit;
let company: Company;
let admin: Client;
let calendarId: string;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  admin = company.admin;
  const calendar = await admin.post('/v1/business-calendars', { name: 'Berlin', zone: 'Europe/Berlin' });
  calendarId = String(calendar.body['id']);
  const hours = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '09:00', end: '17:00' }));
  expect((await admin.post(`/v1/business-calendars/${calendarId}/set-hours`, { hours })).status).toBe(200);
  const level = await admin.post('/v1/service-levels', { name: 'Standard', calendarId });
  const steps = [{ metric: 'first_response', level: 1, percent: 50, actions: [{ kind: 'notify', to: 'owner' }] }];
  const published = await admin.post(`/v1/service-levels/${String(level.body['id'])}/publish`, { targets: usualTargets, steps });
  expect(published.body).toMatchObject({ number: 1, warnings: [] });
});
afterAll(() => api.close());

const open = async (more: object = {}) => {
  const answer = await admin.post('/v1/cases', { subject: 'The pump leaks', ...more });
  expect(answer.status).toBe(201);
  return String(answer.body['caseId']);
};

test('a case lives by REST: opened, answered, waiting, resolved, closed, reopened', async () => {
  const id = await open();
  expect((await admin.post(`/v1/cases/${id}/reply`, { body: 'Please close the valve.' })).body).toMatchObject({ firstResponse: true });
  expect((await admin.post(`/v1/cases/${id}/set-waiting`, { waitingFor: 'customer' })).body).toMatchObject({ status: 'pending_customer' });
  expect((await admin.post(`/v1/cases/${id}/receive`, { body: 'It is closed.' })).status).toBe(200);
  expect((await admin.post(`/v1/cases/${id}/resolve`, { resolutionCode: 'fixed' })).status).toBe(200);
  const again = await admin.post(`/v1/cases/${id}/resolve`, { resolutionCode: 'fixed' });
  expect([again.status, again.body['code']]).toEqual([409, 'case.illegal_transition']);
  expect((await admin.post(`/v1/cases/${id}/close`)).status).toBe(200);
  expect((await admin.post(`/v1/cases/${id}/reopen`, { reason: 'Leaks again' })).body).toMatchObject({ cycleNo: 2 });
});

test('no client writes the state of a case, its number or its clocks', async () => {
  const id = await open();
  expect((await admin.patch(`/v1/cases/${id}`, { status: 'closed' })).status).toBe(400);
  expect((await admin.patch(`/v1/cases/${id}`, { subject: 'The pump leaks badly' })).status).toBe(200);
  expect((await admin.delete(`/v1/cases/${id}`)).status).toBeGreaterThanOrEqual(404);
  expect((await admin.post('/v1/case-timers', {})).status).toBeGreaterThanOrEqual(404);
});

test('GraphQL reads a case with its messages, clocks and rungs at once, and moves it', async () => {
  const id = await open({ priority: 'p1' });
  const moved = await admin.graphql(
    `mutation ($id: ID!) { setCaseWaiting(input: { caseId: $id, waitingFor: customer }) { status } changeCasePriority(input: { caseId: $id, priority: p2 }) { priority } }`,
    { id },
  );
  expect(moved).toMatchObject({ data: { setCaseWaiting: { status: 'pending_customer' }, changeCasePriority: { priority: 'p2' } } });
  const read = await admin.graphql(
    `query ($id: ID!) { case(id: $id) { number priority
      messages { nodes { body } } segments { nodes { status } }
      timers(orderBy: [{ metric: ASC }]) { nodes { metric state targetMinutes escalations { nodes { level state } } } } } }`,
    { id },
  );
  expect(read.errors).toBeUndefined();
  expect(read.data).toMatchObject({
    case: {
      priority: 'p2',
      messages: { nodes: [] },
      timers: {
        nodes: [
          { metric: 'first_response', state: 'running', targetMinutes: 120, escalations: { nodes: [{ level: 1, state: 'pending' }] } },
          { metric: 'resolution', state: 'paused', targetMinutes: 480, escalations: { nodes: [] } },
        ],
      },
    },
  });
});

test('a calendar and a clock answer questions by GET', async () => {
  const from = monday('16:00').toISOString();
  const answer = await admin.get(`/v1/business-calendars/${calendarId}/calculate?from=${from}&minutes=120`);
  expect(new Date(String(answer.body['at']))).toEqual(tuesday('10:00'));
  await open();
  const timers = await admin.graphql(`{ caseTimers(first: 1) { nodes { id } } }`);
  const [timer] = (timers.data as { caseTimers: { nodes: { id: string }[] } }).caseTimers.nodes;
  expect((await admin.get(`/v1/case-timers/${timer?.id ?? ''}/explain`)).body).toMatchObject({ rows: expect.any(Array) as unknown });
});

test('an agent without the right is refused, a stranger finds nothing', async () => {
  const id = await open();
  const reader = await company.user({ 'case:read': 'own' });
  expect((await reader.post(`/v1/cases/${id}/resolve`, { resolutionCode: 'fixed' })).status).toBe(403);
  expect((await reader.get(`/v1/cases/${id}`)).status).toBe(404);
  const stranger = (await api.company()).admin;
  expect((await stranger.get(`/v1/cases/${id}`)).status).toBe(404);
  expect((await stranger.post(`/v1/cases/${id}/close`)).status).toBe(404);
  expect(api.defects).toEqual([]);
});
