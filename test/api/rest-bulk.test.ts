import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.ts';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
});
afterAll(() => api.close());

type Item = Record<string, unknown>;
interface ItemAnswer {
  readonly index: number;
  readonly status: number;
  readonly outcome: string;
  readonly id: string;
  readonly version: number;
  readonly problem: { code: string; errors?: { path: string }[] };
}
const url = '/v1/accounts/bulk';
const creates = (n: number, name: string): Item[] =>
  Array.from({ length: n }, (_, i) => ({ op: 'create', data: { name: `${name} ${i}` } }));
const send = (client: Client, items: unknown[], more: Item = {}, headers: Record<string, string> = {}) =>
  client.post(url, { items, ...more }, headers);
const resultsOf = (answer: { body: Record<string, unknown> }) => answer.body['results'] as ItemAnswer[];
const named = async (name: string, client = company.admin) => {
  const filter = encodeURIComponent(JSON.stringify({ name: { startsWith: name } }));
  const { body } = await client.get(`/v1/accounts?filter=${filter}&limit=200&count=true`);
  return body as { data: { id: string; name: string; version: number }[]; total: number };
};

describe('a bulk call', () => {
  test('writes two hundred records in one transaction and tells of each', async () => {
    const answer = await send(company.admin, creates(200, 'Two hundred'));
    expect([answer.status, answer.body['created'], answer.body['refused']]).toEqual([200, 200, 0]);
    expect(resultsOf(answer).map(({ index }) => index)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(new Set(resultsOf(answer).map(({ id }) => id)).size).toBe(200);
    expect((await named('Two hundred')).total).toBe(200);
  });

  test('creates, changes, upserts and deletes in the order of its items', async () => {
    const { admin } = company;
    const [one, two] = resultsOf(await send(admin, creates(2, 'Order')));
    const erp = (externalId: string) => ({ system: 'erp', externalId });
    const answer = await send(admin, [
      { op: 'update', id: one!.id, expectedVersion: 1, data: { sector: 'retail' } },
      { op: 'update', id: one!.id, data: { sector: 'retail' } },
      { op: 'upsert', externalRef: erp('bulk-1'), data: { name: 'Order by reference' } },
      { op: 'upsert', externalRef: erp('bulk-1'), data: { employees: 7 } },
      { op: 'update', externalRef: erp('bulk-1'), data: { employees: 8 } },
      { op: 'delete', id: two!.id },
      { op: 'delete', externalRef: erp('bulk-1') },
      { op: 'create', data: { name: 'Order last' } },
    ]);
    expect(resultsOf(answer).map(({ status, outcome, version }) => [status, outcome, version])).toEqual([
      [200, 'updated', 2],
      [200, 'updated', 2],
      [201, 'created', 1],
      [200, 'updated', 2],
      [200, 'updated', 3],
      [204, 'deleted', null],
      [204, 'deleted', null],
      [201, 'created', 1],
    ]);
    expect((await named('Order')).data.map(({ name }) => name).sort()).toEqual(['Order 0', 'Order last']);
    const again = await send(admin, [{ op: 'update', id: one!.id, data: { sector: 'retail' } }]);
    expect(resultsOf(again)[0]).toMatchObject({ outcome: 'unchanged', version: 2 });
  });

  test('in parts, refuses what is wrong and carries out the rest', async () => {
    const { admin } = company;
    await admin.post('/v1/accounts', { name: 'Holder', number: 'B-1' });
    const absent = '019a2f00-0000-7000-8000-000000000000';
    const answer = await send(admin, [
      { op: 'create', data: { name: 'Parts 0' } },
      { op: 'create', data: { name: '' } },
      { op: 'create', data: { name: 'Parts 2', number: 'B-1' } },
      { op: 'create', data: { name: 'Parts 3', ownerId: absent } },
      { op: 'create', data: { name: 'Parts 4', tenantId: absent } },
      { op: 'update', id: absent, data: { name: 'x' } },
      { op: 'update', data: { name: 'x' } },
      { op: 'delete', id: 'no id at all' },
      { op: 'drop', id: absent },
      { op: 'create', data: { name: 'Parts 9' }, extra: true },
      'not an object',
      { op: 'create', data: { name: 'Parts 11' } },
    ]);
    expect(answer.status).toBe(200);
    expect(resultsOf(answer).map(({ status, problem }) => [status, problem?.code ?? null])).toEqual([
      [201, null],
      [400, 'input.invalid'],
      [409, 'account.number_taken'],
      [400, 'input.reference_not_found'],
      [400, 'input.invalid'],
      [404, 'account.not_found'],
      [400, 'input.invalid'],
      [400, 'input.invalid'],
      [400, 'bulk.unknown_op'],
      [400, 'input.invalid'],
      [400, 'input.invalid'],
      [201, null],
    ]);
    expect(resultsOf(answer)[1]!.problem.errors?.[0]?.path).toBe('/name');
    expect((await named('Parts')).data.map(({ name }) => name).sort()).toEqual(['Parts 0', 'Parts 11']);
  });

  test('all or none, writes nothing when an item is refused, and says which', async () => {
    const { admin } = company;
    const items = [...creates(50, 'Atomic'), { op: 'create', data: { name: 'Atomic twin', number: 'B-1' } }, ...creates(50, 'Atomic')];
    const answer = await send(admin, items, { mode: 'atomic' });
    expect([answer.status, answer.body['code']]).toEqual([400, 'bulk.refused']);
    expect(answer.body['refused']).toMatchObject([{ index: 50, code: 'account.number_taken' }]);
    expect((await named('Atomic')).total).toBe(0);
    expect((await send(admin, creates(3, 'Atomic'), { mode: 'atomic' })).body['created']).toBe(3);
  });

  test('refuses versions that have moved on, one item at a time', async () => {
    const { admin } = company;
    const [row] = resultsOf(await send(admin, creates(1, 'Versioned')));
    await admin.patch(`/v1/accounts/${row!.id}`, { sector: 'retail' });
    const answer = await send(admin, [
      { op: 'update', id: row!.id, expectedVersion: 1, data: { name: 'Late' } },
      { op: 'delete', id: row!.id, expectedVersion: 1 },
      { op: 'update', id: row!.id, expectedVersion: 2, data: { name: 'Versioned in time' } },
      { op: 'update', id: row!.id, expectedVersion: 'two', data: { name: 'x' } },
    ]);
    expect(resultsOf(answer).map(({ status }) => status)).toEqual([409, 409, 200, 400]);
  });

  test('of nothing, of too much all at once, or of another shape is refused', async () => {
    const { admin } = company;
    for (const body of [
      {},
      { items: [] },
      { items: {} },
      { items: creates(1, 'x'), mode: 'both' },
      { items: creates(1, 'x'), more: 1 },
      [],
    ])
      expect([JSON.stringify(body).slice(0, 40), (await admin.post(url, body)).status]).toEqual([JSON.stringify(body).slice(0, 40), 400]);
    const many = await send(admin, creates(201, 'Too many'), { mode: 'atomic' });
    expect([many.status, many.body['code']]).toEqual([413, 'bulk.atomic_too_large']);
    const wrongType = await admin.raw('POST', '/v1/accounts', '{}', { 'content-type': 'application/x-ndjson' });
    expect(wrongType.status).toBe(415);
  });

  test('only tried, leaves nothing behind', async () => {
    const answer = await company.admin.post(`${url}?dryRun=true`, { items: creates(3, 'Tried') });
    expect([answer.status, answer.body['created'], answer.headers['dry-run']]).toEqual([200, 3, 'true']);
    expect((await named('Tried')).total).toBe(0);
  });

  test('tells of itself as its items would have: audit and events for each', async () => {
    const [row] = resultsOf(await send(company.admin, creates(1, 'Told')));
    const entries = await api.kit.asOwner(
      `select action, command from kernel.audit_entries where record_id = $1`,
      [row!.id],
      company.tenantId,
    );
    expect(entries).toEqual([{ action: 'created', command: 'account.bulk' }]);
  });
});

describe('the rights of a bulk call', () => {
  test('A05 one foreign id among a hundred good ones: that item is refused and shows nothing', async () => {
    const { admin } = company;
    const narrow = await company.user({ 'account:*': 'own' });
    const [foreign] = resultsOf(await send(admin, creates(1, 'Foreign')));
    const own = resultsOf(await send(narrow, creates(100, 'Mine')));
    const absent = foreign!.id.replace(/.{6}$/, '000000');
    const items = (id: string) => [
      ...own.slice(0, 50).map(({ id }) => ({ op: 'update', id, data: { sector: 'retail' } })),
      { op: 'update', id, data: { sector: 'stolen' } },
      { op: 'delete', id },
      ...own.slice(50).map(({ id }) => ({ op: 'update', id, data: { sector: 'retail' } })),
    ];
    const atomic = await send(narrow, items(foreign!.id), { mode: 'atomic' });
    expect([atomic.status, atomic.body['refused']]).toMatchObject([400, [{ index: 50, code: 'account.not_found' }]]);
    expect((await named('Mine', narrow)).data.every(({ version }) => version === 1)).toBe(true);

    const partial = await send(narrow, items(foreign!.id));
    expect([partial.body['updated'], partial.body['refused']]).toEqual([100, 2]);
    const seen = resultsOf(partial).slice(50, 52);
    expect(seen.map(({ status, problem }) => [status, problem.code])).toEqual([
      [404, 'account.not_found'],
      [404, 'account.not_found'],
    ]);
    const unseen = resultsOf(await send(narrow, items(absent))).slice(50, 52);
    const plain = (answers: ItemAnswer[], id: string) =>
      JSON.stringify(answers)
        .replaceAll(id, 'ID')
        .replaceAll(/"requestId":"[^"]+"/g, '');
    expect(plain(seen, foreign!.id)).toBe(plain(unseen, absent));
    expect((await admin.get(`/v1/accounts/${foreign!.id}`)).body).toMatchObject({ version: 1, sector: null });
  });

  test('a reference to a record out of reach refuses its item only', async () => {
    const narrow = await company.user({ 'account:*': 'own', 'contact:*': 'own' });
    const [foreign] = resultsOf(await send(company.admin, creates(1, 'Foreign parent')));
    const contacts = Array.from({ length: 20 }, (_, i) => ({
      op: 'create',
      data: { lastName: `Linked ${i}`, ...(i === 7 ? { accountId: foreign!.id } : {}) },
    }));
    const answer = await narrow.post('/v1/contacts/bulk', { items: contacts });
    expect([answer.body['created'], resultsOf(answer)[7]!.problem.code]).toEqual([19, 'input.reference_not_found']);
  });

  test('each verb takes its own right', async () => {
    const [row] = resultsOf(await send(company.admin, creates(1, 'Verbs')));
    const creator = await company.user({ 'account:create': 'all', 'account:read': 'all', 'user:read': 'all' });
    const answer = await send(creator, [
      { op: 'create', data: { name: 'Verbs made' } },
      { op: 'update', id: row!.id, data: { name: 'x' } },
      { op: 'delete', id: row!.id },
      { op: 'upsert', externalRef: { system: 'erp', externalId: 'verbs' }, data: { name: 'Verbs by reference' } },
      { op: 'create', data: { name: 'Verbs for another', ownerId: company.admin.userId } },
    ]);
    expect(resultsOf(answer).map(({ status }) => status)).toEqual([201, 403, 403, 201, 201]);
    const reader = await company.user({ 'account:read': 'all' });
    const refused = await send(reader, creates(1, 'Never'));
    expect([refused.status, refused.body['code']]).toEqual([403, 'access.forbidden']);
    expect((await api.app.inject({ method: 'POST', url, payload: { items: creates(1, 'Never') } })).statusCode).toBe(401);
    const other = await api.company();
    const theirs = await send(other.admin, [{ op: 'update', id: row!.id, data: { name: 'Theirs' } }]);
    expect(resultsOf(theirs)[0]!.status).toBe(404);
    expect((await named('Never')).total).toBe(0);
  });

  test('what a resource does not offer singly it does not offer in bulk', async () => {
    const { admin } = company;
    expect((await admin.post('/v1/sessions/bulk', { items: [{ op: 'delete', id: 'x' }] })).status).toBe(405);
    const answer = await admin.post('/v1/users/bulk', {
      items: [
        { op: 'create', data: { name: 'x', email: 'x@example.test' } },
        { op: 'delete', id: 'x' },
      ],
    });
    expect(resultsOf(answer).map(({ problem }) => problem.code)).toEqual(['bulk.unknown_op', 'bulk.unknown_op']);
  });
});

describe('a bulk call with an Idempotency-Key', () => {
  test('is carried out once, and its answer is the first one', async () => {
    const key = { 'idempotency-key': 'bulk-once' };
    const first = await send(company.admin, creates(5, 'Once'), {}, key);
    const again = await send(company.admin, creates(5, 'Once'), {}, key);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(resultsOf(again)).toEqual(resultsOf(first));
    expect((await send(company.admin, creates(6, 'Once'), {}, key)).body['code']).toBe('idempotency.key_reused');
    const other = await company.user({ 'account:*': 'all' });
    expect((await send(other, creates(1, 'Once'), {}, key)).headers['idempotency-replayed']).toBeUndefined();
    expect((await named('Once')).total).toBe(6);
  });

  test('sent many times at once, is carried out once; who comes too early is told to wait', async () => {
    const key = { 'idempotency-key': 'bulk-race' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(company.admin, creates(20, 'Race'), {}, key)));
    expect(answers.filter(({ status }) => status !== 200).every(({ body }) => body['code'] === 'idempotency.in_progress')).toBe(true);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect((await named('Race')).total).toBe(20);
  });
});

test('nothing here met a defect', () => {
  expect(api.defects).toEqual([]);
});
