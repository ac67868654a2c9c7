import pg from 'pg';
import { openApiKit, type Answer, type ApiKit, type Client } from './api-kit.ts';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  admin = (await api.company()).admin;
});
afterAll(() => api.close());

interface Result {
  readonly index: number;
  readonly status: number;
  readonly outcome: string;
  readonly id: string;
  readonly problem?: { readonly code: string; readonly errors?: readonly { readonly path: string; readonly code: string }[] };
}
const resultsOf = ({ body }: Answer) => body['results'] as Result[];
const create = (data: object) => ({ op: 'create', data });

describe('a bulk call refuses, item by item, what no column holds', () => {
  const told = (answer: Answer) => resultsOf(answer).map(({ status, problem }) => [status, problem?.errors?.[0]?.path ?? null]);

  test('numbers with too many digits before the point', async () => {
    const [product, list] = await Promise.all([
      admin.post('/v1/products', { code: 'DIGITS', name: 'Digits' }),
      admin.post('/v1/price-lists', { name: 'Digits', currency: 'EUR' }),
    ]);
    const of = (unitPrice: unknown, minQuantity = '1') =>
      create({ productId: product.body['id'], priceListId: list.body['id'], unitPrice, minQuantity });
    const answer = await admin.post('/v1/prices/bulk', {
      items: [of('9999999999999.999999'), of('99999999999999', '2'), of(99999999999999, '3'), of('1', '999999999999999.9999')],
    });
    expect(told(answer)).toEqual([
      [201, null],
      [400, '/unitPrice'],
      [400, '/unitPrice'],
      [201, null],
    ]);
    expect(resultsOf(answer)[1]?.problem?.errors?.[0]?.code).toBe('out_of_range');
  });

  test('days and times of a year 0, and times that their zone moves out of our years', async () => {
    const list = (startsOn: string, i: number) => create({ name: `Years ${i}`, currency: 'EUR', startsOn });
    const days = await admin.post('/v1/price-lists/bulk', { items: ['0000-01-01', '0001-01-01', '9999-12-31'].map(list) });
    expect(told(days)).toEqual([
      [400, '/startsOn'],
      [201, null],
      [201, null],
    ]);
    const meeting = (local: string) => create({ kind: 'meeting', subject: 'Years', start: { local, zone: 'Asia/Tokyo' } });
    const times = await admin.post('/v1/activities/bulk', { items: ['0000-01-01T00:00', '2026-03-02T09:00'].map(meeting) });
    expect(told(times)).toEqual([
      [400, '/start'],
      [201, null],
    ]);
    const filter = encodeURIComponent(JSON.stringify({ startsOn: { gte: '0000-01-01' } }));
    expect((await admin.get(`/v1/price-lists?filter=${filter}`)).body['code']).toBe('filter.bad_value');
    const since = encodeURIComponent(JSON.stringify({ createdAt: { lt: '9999-12-31T23:59:59-14:00' } }));
    expect((await admin.get(`/v1/price-lists?filter=${since}`)).body['code']).toBe('filter.bad_value');
  });
});

test('calls that write the same records in all orders wait for each other and come through', async () => {
  const n = 12;
  const made = await admin.post('/v1/products/bulk', {
    items: Array.from({ length: n }, (_, i) => create({ name: 'Turn', code: `TURN-${i}` })),
  });
  const ids = resultsOf(made).map(({ id }) => id);
  const refs = Array.from({ length: n }, (_, i) => ({ system: 'erp', externalId: `turn-${i}` }));
  const turned = <T>(list: readonly T[], by: number) => [...list.slice(by), ...list.slice(0, by)];
  const call = (by: number) => {
    const order = by % 2 === 0 ? turned(ids, by) : turned(ids, by).reverse();
    const items = [
      ...order.map((id) => ({ op: 'update', id, data: { unit: `unit ${by}` } })),
      ...turned(refs, by).map((externalRef, i) => ({
        op: 'upsert',
        externalRef,
        data: { name: `By ${by}`, code: `BY-${externalRef.externalId}-${i}` },
      })),
    ];
    return admin.post('/v1/products/bulk', { mode: by % 3 === 0 ? 'atomic' : 'partial', items });
  };
  const answers = await Promise.all(ids.map((_, by) => call(by)));
  expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
  expect(answers.flatMap((answer) => resultsOf(answer).filter(({ outcome }) => outcome === 'refused'))).toEqual([]);
  expect(answers.map(({ body }) => body['created']).reduce<number>((sum, one) => sum + Number(one), 0)).toBe(n);
  expect(api.defects).toEqual([]);
});

test('calls that refer to the records of each other, each holding what the other needs, both come through', async () => {
  const names = ['Post', 'Left', 'Left too', 'Right', 'Right too'];
  const made = await admin.post('/v1/accounts/bulk', { items: names.map((name) => create({ name })) });
  const [post = '', left = '', leftToo = '', right = '', rightToo = ''] = resultsOf(made).map(({ id }) => id);
  const belongs = (id: string, parentId: string) => ({ op: 'update', id, data: { parentId } });
  // Somebody holds what both need first: when he lets go, each has what the other needs next.
  const holder = new pg.Client({ connectionString: api.kit.urls.super });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from customers.accounts where id = $1 for update', [post]);
  const calls = [
    admin.post('/v1/accounts/bulk', { mode: 'atomic', items: [belongs(left, post), belongs(leftToo, right)] }),
    admin.post('/v1/accounts/bulk', { mode: 'partial', items: [belongs(right, post), belongs(rightToo, left)] }),
  ];
  const waiting = async () => {
    const { rows } = await holder.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.n ?? 0;
  };
  while ((await waiting()) < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  await holder.query('rollback');
  await holder.end();
  const answers = await Promise.all(calls);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const parents = await Promise.all(
    [left, leftToo, right, rightToo].map(async (id) => (await admin.get(`/v1/accounts/${id}`)).body['parentId']),
  );
  expect(parents).toEqual([post, right, post, left]);
  expect(api.defects).toEqual([]);
});

test('a key repeated at the same time writes once', async () => {
  const items = [create({ name: 'Once', code: 'ONCE' })];
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => admin.post('/v1/products/bulk', { items }, { 'idempotency-key': 'once' })),
  );
  expect(answers.filter(({ status, body }) => status !== 200 && body['code'] !== 'idempotency.in_progress')).toEqual([]);
  const last = await admin.post('/v1/products/bulk', { items }, { 'idempotency-key': 'once' });
  expect(last.body).toMatchObject({ created: 1 });
  expect((await admin.get('/v1/products?count=true&filter=%7B%22code%22%3A%7B%22eq%22%3A%22ONCE%22%7D%7D')).body['total']).toBe(1);
});

describe('items whose members have names that cannot be stored', () => {
  const items = [
    { op: 'create', '\u0000': 1 },
    create({ ['a\ud800']: 1 }),
    create({ [`${'x'.repeat(99)}\u{1f600}`]: 1 }),
    create({ name: 'Beside them' }),
  ];

  test('are refused alone, and the answer can be asked for again by its key', async () => {
    const ask = () => admin.post('/v1/accounts/bulk', { items }, { 'idempotency-key': 'unstorable' });
    const [first, again] = [await ask(), await ask()];
    expect(resultsOf(first).map(({ status }) => status)).toEqual([400, 400, 400, 201]);
    expect(resultsOf(again).map(({ id }) => id)).toEqual(resultsOf(first).map(({ id }) => id));
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  test('do not keep an operation from its end', async () => {
    const taken = await admin.post('/v1/accounts/bulk', { items }, { prefer: 'respond-async' });
    expect(taken.status).toBe(202);
    await api.kit.drain();
    const after = await admin.get(`/v1/operations/${String(taken.body['id'])}`);
    expect(after.body).toMatchObject({ state: 'partly', done: 4, created: 1, refused: 3 });
  });
});
