import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { dayIn } from '#kernel/pure/time.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
let url: string;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  admin = company.admin;
  url = await api.listen();
});
afterAll(() => api.close());

const german = { 'accept-language': 'de-AT, en;q=0.5' };
const nobody = '019aa000-0000-7000-8000-000000000000';

const ask = async (query: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { language: response.headers.get('content-language'), body: (await response.json()) as Record<string, unknown> };
};

test('a refusal is said in the language the request asks for, with the same code and places', async () => {
  const input = { firstName: 'x'.repeat(300), lastName: ' ', nonsense: 1 };
  const [english, said] = [await admin.post('/v1/contacts', input), await admin.post('/v1/contacts', input, german)];
  expect(said.headers['content-language']).toBe('de');
  expect(english.headers['content-language']).toBe('en');
  expect(said.body).toMatchObject({ title: 'Die Anfrage ist nicht gültig', code: 'input.invalid', status: 400 });
  expect(said.body['detail']).toBe('Die Eingabe ist nicht gültig: /nonsense ist hier kein Feld (und 2 weitere Fehler).');
  expect(said.body['errors']).toEqual([
    { path: '/nonsense', code: 'unknown_field', message: 'ist hier kein Feld' },
    { path: '/firstName', code: 'too_long', message: expect.stringMatching(/^darf höchstens \d+ Zeichen haben$/) as string },
    { path: '/lastName', code: 'wrong_type', message: 'darf nicht leer sein' },
  ]);
  const places = (body: Record<string, unknown>) =>
    (body['errors'] as { path: string; code: string }[]).map(({ path, code }) => [path, code]);
  expect(places(said.body)).toEqual(places(english.body));
});

test('GraphQL says the same words, and which language they are in', async () => {
  const { language, body } = await ask(`mutation { convertLead(input: {leadId: "${nobody}"}) { accountId } }`, german);
  const rest = await admin.post(`/v1/leads/${nobody}/convert`, {}, german);
  expect(language).toBe('de');
  expect(body['extensions']).toMatchObject({ language: 'de' });
  expect(body['errors']).toMatchObject([{ message: rest.body['detail'], extensions: { code: 'lead.not_found' } }]);
  expect(rest.body['detail']).toMatch(/^Lead: Einen Datensatz/);
});

test('English nobody asked for comes as it always came', async () => {
  const { language, body } = await ask('{ nothing }', { 'accept-language': '*' });
  expect(language).toBeNull();
  expect(body['extensions']).toBeUndefined();
  expect(JSON.stringify(body['errors'])).toContain('Cannot query field');
});

test('who has not signed in is refused in the language he asks for', async () => {
  const response = await fetch(`${url}/v1/leads`, { headers: german });
  expect([response.status, response.headers.get('content-language')]).toEqual([401, 'de']);
  expect(((await response.json()) as { title: string }).title).toBe('Zuerst anmelden');
});

test('what a user reads is in his language, unless the request says otherwise', async () => {
  const hans = await company.user({ 'lead:read': 'own' });
  expect((await admin.patch(`/v1/users/${hans.userId}`, { locale: 'de-DE' })).status).toBe(200);
  const said = await hans.post('/v1/leads', { lastName: 'Ng' });
  expect(said.body).toMatchObject({
    title: 'Nicht erlaubt',
    detail: expect.stringContaining('Ihrer Rolle fehlt das Recht lead:create') as string,
  });
  expect((await hans.post('/v1/leads', { lastName: 'Ng' }, { 'accept-language': 'en' })).body).toMatchObject({ title: 'Not allowed' });
});

test('each item of a bulk call is refused in the language of the call', async () => {
  const { body } = await admin.post('/v1/leads/bulk', { items: [{ op: 'create', data: {} }], mode: 'partial' }, german);
  expect(JSON.stringify(body)).toContain('Die Eingabe ist nicht gültig');
});

test('over a socket too', async () => {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { headers: german });
      }
    },
    connectionParams: { authorization: `Bearer ${admin.token}` },
    retryAttempts: 0,
  });
  const told = await new Promise<unknown>((tell, fail) =>
    client.subscribe(
      { query: `mutation { convertLead(input: {leadId: "${nobody}"}) { accountId } }` },
      { next: tell, error: fail, complete: () => undefined },
    ),
  );
  await client.dispose();
  expect(told).toMatchObject({
    errors: [{ message: expect.stringMatching(/^Lead: Einen/) as string, extensions: { code: 'lead.not_found' } }],
  });
});

describe('labels', () => {
  test('front ends get what things are called', async () => {
    const { status, body } = await admin.get('/v1/labels?resource=lead&language=de');
    expect([status, body['language']]).toEqual([200, 'de']);
    expect(body['resources']).toMatchObject([{ name: 'lead', label: 'Lead' }]);
    const fields = body['fields'] as { name: string; label: string; choices: unknown[] }[];
    expect(fields.find(({ name }) => name === 'status')).toEqual({
      resource: 'lead',
      name: 'status',
      label: 'Status',
      choices: expect.arrayContaining([{ name: 'working', label: 'In Arbeit' }]) as unknown[],
    });
    expect(body['rights']).toEqual(expect.arrayContaining([{ name: 'lead:convert', label: 'Lead: Umwandeln' }]));
  });

  test('in the language of the request, else of the user; in GraphQL too', async () => {
    const query = '{ labels(input: {resource: "account"}) { language resources { name label } } }';
    expect((await ask(query)).body['data']).toEqual({ labels: { language: 'en', resources: [{ name: 'account', label: 'Account' }] } });
    expect((await ask(query, german)).body['data']).toEqual({
      labels: { language: 'de', resources: [{ name: 'account', label: 'Firma' }] },
    });
  });

  test('a language we do not speak is refused, and never reaches SQL', async () => {
    const said = await admin.get(`/v1/labels?language=${encodeURIComponent(`de'||pg_sleep(3)--`)}`);
    expect([said.status, said.body['code']]).toEqual([400, 'text.language_unknown']);
  });
});

describe('days as people say them', () => {
  const east = 'Pacific/Kiritimati';
  const west = 'Pacific/Pago_Pago';

  test('are those where the viewer lives, in both ways of reading and in REST', async () => {
    const today = () => [east, west].map((zone) => dayIn(zone, new Date()));
    const near = [-2, -1, 0, 1, 2].map((n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10));
    for (const dueOn of near) await admin.post('/v1/activities', { kind: 'task', subject: 'When?', dueOn });
    const query = '{ activities(filter: {subject: {eq: "When?"}, dueOn: {during: today}}) { nodes { dueOn } } }';
    const seen: string[] = [];
    const before = today();
    for (const timeZone of [east, west]) {
      await admin.patch(`/v1/users/${admin.userId}`, { timeZone });
      const [fast, slow] = [await admin.graphql(query), await admin.graphql(query, {}, { slow: true })];
      expect(fast.data).toEqual(slow.data);
      const filter = encodeURIComponent(JSON.stringify({ subject: { eq: 'When?' }, dueOn: { during: 'today' } }));
      const rest = (await admin.get(`/v1/activities?filter=${filter}&fields=dueOn`)).body['data'] as { dueOn: string }[];
      expect((fast.data?.['activities'] as { nodes: unknown }).nodes).toEqual(rest.map(({ dueOn }) => ({ dueOn })));
      seen.push(...rest.map(({ dueOn }) => dueOn));
    }
    // Noon in the one is never noon in the other; the day may have changed while the test ran.
    const after = today();
    expect(seen).toHaveLength(2);
    seen.forEach((day, i) => expect([before[i], after[i]]).toContain(day));
    expect(seen[0] === seen[1]).toBe(false);
  });

  test('of instants too, and a word we do not know is refused at its place', async () => {
    const { data } = await admin.graphql('{ activities(filter: {subject: {eq: "When?"}, createdAt: {during: this_year}}) { totalCount } }');
    expect(data).toEqual({ activities: { totalCount: 5 } });
    const filter = encodeURIComponent(JSON.stringify({ createdAt: { during: `'||pg_sleep(3)--` } }));
    const { status, body } = await admin.get(`/v1/activities?filter=${filter}`);
    expect([status, body['code'], (body['errors'] as { path: string }[])[0]?.path]).toEqual([
      400,
      'filter.bad_value',
      '/filter/createdAt/during',
    ]);
  });
});

test('no defect was met', () => {
  expect(api.defects).toEqual([]);
});
