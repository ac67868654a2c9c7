import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.ts';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
});
afterAll(() => api.close());

const url = '/v1/accounts/bulk';
const items = (n: number, name: string, change: (i: number) => object = () => ({})) =>
  Array.from({ length: n }, (_, i) => ({ op: 'create', data: { name: `${name} ${i}`, ...change(i) } }));
const lines = (list: readonly object[]) => list.map((item) => JSON.stringify(item)).join('\n');
const ndjson = { 'content-type': 'application/x-ndjson' };
const sendLines = (client: Client, list: readonly object[], headers: Record<string, string> = {}) =>
  client.raw('POST', url, lines(list), { ...ndjson, ...headers });
const total = async (name: string) => {
  const filter = encodeURIComponent(JSON.stringify({ name: { startsWith: name } }));
  return (await company.admin.get(`/v1/accounts?filter=${filter}&count=true`)).body['total'];
};
const at = (answer: { headers: Record<string, unknown> }) => String(answer.headers['location']);
const resultLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { index: number; status: number; id?: string; problem?: { code: string } });

describe('a long bulk call', () => {
  test('is taken with 202, tells how far it is, and leaves a file of results', async () => {
    const { admin } = company;
    const answer = await admin.post(url, { items: items(450, 'Long', (i) => (i % 100 === 99 ? { name: '' } : {})) });
    expect([answer.status, answer.body['state'], answer.body['total'], answer.body['done']]).toEqual([202, 'queued', 450, 0]);
    expect(at(answer)).toBe(`/v1/operations/${String(answer.body['id'])}`);
    expect(await total('Long')).toBe(0);
    await api.kit.drain();
    const after = await admin.get(at(answer));
    expect(after.body).toMatchObject({
      state: 'partly',
      total: 450,
      done: 450,
      created: 446,
      refused: 4,
      target: 'account',
      failure: null,
    });
    expect(after.body['errors']).toMatchObject([{ index: 99, code: 'input.invalid' }, { index: 199 }, { index: 299 }, { index: 399 }]);
    expect(after.body['startedBy']).toBeUndefined();
    expect(await total('Long')).toBe(446);
    const file = await admin.get(`${at(answer)}/results`);
    expect([file.status, file.headers['content-type'], file.headers['content-disposition']]).toEqual([
      200,
      'application/x-ndjson; charset=utf-8',
      `attachment; filename="operation-${String(answer.body['id'])}.ndjson"`,
    ]);
    const results = resultLines(file.text);
    expect(results.map(({ index }) => index)).toEqual(Array.from({ length: 450 }, (_, i) => i));
    expect([results[0]!.status, results[99]!.status, results[99]!.problem?.code]).toEqual([201, 400, 'input.invalid']);
  });

  test('comes as JSON lines, or because the client asks for it', async () => {
    const answer = await sendLines(company.admin, items(3, 'Lines'));
    expect(answer.status).toBe(202);
    const asked = await company.admin.post(url, { items: items(2, 'Asked') }, { prefer: 'respond-async' });
    expect(asked.status).toBe(202);
    await api.kit.drain();
    expect((await company.admin.get(at(answer))).body).toMatchObject({ state: 'succeeded', created: 3 });
    expect([await total('Lines'), await total('Asked')]).toEqual([3, 2]);
    const list = await company.admin.graphql(`{ operations(filter: { state: { eq: succeeded } }) { nodes { id state created target } } }`);
    expect(list.data?.['operations']).toMatchObject({
      nodes: expect.arrayContaining([{ id: answer.body['id'], state: 'succeeded', created: 3, target: 'account' }]),
    });
  });

  test('with lines that cannot be read is refused as a whole, with the number of the line', async () => {
    const broken = await company.admin.raw('POST', url, `${lines(items(2, 'Broken'))}\n{"op":`, ndjson);
    expect([broken.status, broken.body['code'], broken.body['line']]).toEqual([400, 'bulk.line_unreadable', 3]);
    expect((await company.admin.raw('POST', url, '\n\n', ndjson)).status).toBe(400);
    const atomic = await company.admin.raw('POST', `${url}?mode=atomic`, lines(items(2, 'Broken')), ndjson);
    expect(atomic.body['code']).toBe('bulk.atomic_too_large');
    const tried = await company.admin.raw('POST', `${url}?dryRun=true`, lines(items(2, 'Broken')), ndjson);
    expect(tried.body['code']).toBe('bulk.no_dry_run');
    expect(await total('Broken')).toBe(0);
  });

  test('repeated with its key is one operation', async () => {
    const key = { 'idempotency-key': 'operation-once' };
    const [first, again] = [await sendLines(company.admin, items(3, 'Keyed'), key), await sendLines(company.admin, items(3, 'Keyed'), key)];
    expect([again.status, again.body['id'], again.headers['idempotency-replayed']]).toEqual([202, first.body['id'], 'true']);
    expect((await sendLines(company.admin, items(4, 'Keyed'), key)).body['code']).toBe('idempotency.key_reused');
    await api.kit.drain();
    expect(await total('Keyed')).toBe(3);
  });

  test('can be cancelled; what is done stays done', async () => {
    const { admin } = company;
    const answer = await sendLines(admin, items(600, 'Cancelled'));
    const cancelled = await admin.post(`${at(answer)}/cancel`);
    expect([cancelled.status, cancelled.body['state']]).toEqual([200, 'cancelled']);
    await api.kit.drain();
    expect((await admin.get(at(answer))).body).toMatchObject({ state: 'cancelled', done: 0 });
    expect((await admin.post(`${at(answer)}/cancel`)).body['code']).toBe('operation.over');
    expect(await total('Cancelled')).toBe(0);
    const viaGraphql = await admin.graphql(`mutation($id: ID!) { cancelOperation(input: { operationId: $id }) { state } }`, {
      id: answer.body['id'],
    });
    expect(viaGraphql.errors?.[0]?.extensions.code).toBe('operation.over');
  });

  test('the same chunk delivered twice at once is carried out once', async () => {
    const answer = await sendLines(company.admin, items(200, 'Delivered'));
    await Promise.all([api.kit.drain(), api.kit.drain(), api.kit.drain()]);
    expect(await total('Delivered')).toBe(200);
    expect((await company.admin.get(at(answer))).body).toMatchObject({ state: 'succeeded', done: 200 });
  });

  test('is closed by itself when its task was given up, and forgotten after a month', async () => {
    const answer = await sendLines(company.admin, items(2, 'Given up'));
    const id = String(answer.body['id']);
    await api.kit.asOwner(`update kernel.tasks set state = 'failed', done_at = now() where key = $1`, [`${id}:0`], company.tenantId);
    api.kit.clock.advance({ minutes: 11 });
    await api.kit.drain();
    const closed = (await company.admin.get(at(answer))).body;
    expect([closed['state'], String(closed['failure'])]).toEqual(['failed', expect.stringContaining('broke off')]);
  });
});

describe('the rights of an operation', () => {
  test('are those its starter has when it runs', async () => {
    const member = await company.user({ 'account:*': 'all', 'operation:*': 'own' });
    const [one, two] = [await sendLines(member, items(2, 'Revoked')), await sendLines(member, items(2, 'Deactivated'))];
    const { body } = await company.admin.get(
      `/v1/role-assignments?filter=${encodeURIComponent(JSON.stringify({ userId: { eq: member.userId } }))}`,
    );
    const [{ roleId }] = body['data'] as [{ roleId: string }];
    await company.admin.post(`/v1/roles/${roleId}/unassign`, { userId: member.userId });
    await api.kit.drain();
    expect((await company.admin.get(at(one))).body).toMatchObject({
      state: 'failed',
      done: 0,
      failure: expect.stringContaining('account:'),
    });
    expect((await company.admin.get(at(two))).body).toMatchObject({ state: 'failed', done: 0 });
    const three = await sendLines(company.admin, items(2, 'Kept'));
    await api.kit.drain();
    expect((await company.admin.get(at(three))).body).toMatchObject({ state: 'succeeded' });
    expect([await total('Revoked'), await total('Deactivated')]).toEqual([0, 0]);
  });

  test('a starter who was deactivated carries nothing out any more', async () => {
    const member = await company.user({ 'account:*': 'all', 'operation:*': 'own' });
    const answer = await sendLines(member, items(2, 'Gone'));
    await company.admin.post(`/v1/users/${member.userId}/deactivate`, {});
    await api.kit.drain();
    expect((await company.admin.get(at(answer))).body).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('may not act any more'),
    });
    expect(await total('Gone')).toBe(0);
  });

  test('a key acts with its own rights, and with none once it is revoked', async () => {
    const { admin } = company;
    const made = await admin.post('/v1/api-keys', {
      name: 'shop',
      permissions: { 'account:create': 'all', 'account:read': 'all', 'operation:read': 'own' },
    });
    const key = { authorization: `Bearer ${String(made.body['key'])}` };
    const mixed = [
      ...items(2, 'Of a key'),
      { op: 'delete', id: String((await admin.post('/v1/accounts', { name: 'Not theirs to delete' })).body['id']) },
    ];
    const answer = await sendLines(admin, mixed, key);
    expect(answer.status).toBe(202);
    await api.kit.drain();
    expect((await admin.get(at(answer), key)).body).toMatchObject({
      state: 'partly',
      created: 2,
      refused: 1,
      errors: [{ index: 2, code: 'access.forbidden' }],
    });
    const late = await sendLines(admin, items(2, 'Of a revoked key'), key);
    await admin.post(`/v1/api-keys/${String(made.body['apiKeyId'])}/revoke`, {});
    await api.kit.drain();
    expect((await admin.get(at(late))).body).toMatchObject({ state: 'failed', done: 0 });
  });

  test('are kept to their own operations', async () => {
    const answer = await sendLines(company.admin, items(2, 'Private'));
    const member = await company.user({ 'account:*': 'all', 'operation:*': 'own' });
    const stranger = (await api.company()).admin;
    for (const client of [member, stranger]) {
      expect((await client.get(at(answer))).status).toBe(404);
      expect((await client.get(`${at(answer)}/results`)).status).toBe(404);
      expect((await client.post(`${at(answer)}/cancel`)).status).toBe(404);
    }
    const mine = await sendLines(member, items(2, 'Own'));
    const list = await member.get('/v1/operations');
    expect((list.body['data'] as { id: string }[]).map(({ id }) => id)).toEqual([mine.body['id']]);
    const blind = await company.user({ 'account:*': 'all' });
    const refused = await sendLines(blind, items(2, 'Blind'));
    expect([refused.status, refused.body['missing']]).toEqual([403, 'operation:read']);
    const reader = await company.user({ 'account:read': 'all', 'operation:read': 'own' });
    expect((await sendLines(reader, items(2, 'Reader'))).status).toBe(403);
    await api.kit.drain();
    expect([await total('Blind'), await total('Reader')]).toEqual([0, 0]);
  });
});

test('nothing here met a defect', () => {
  expect(api.defects).toEqual([]);
});
