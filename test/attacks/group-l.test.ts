import { randomUUID } from 'node:crypto';
import { openApiKit, type Answer, type ApiKit, type Client, type Company } from '../api/api-kit.js';
import { make } from './victim.js';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

const together = <T>(count: number, run: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => run(i)));
const statuses = (answers: readonly Answer[]) =>
  Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([status, of]) => [status, of.length]));

describe('L06 quantities and amounts that cannot be', () => {
  test.each(['-1', '0.0000001', '1e400', 'NaN', 'Infinity', '1.2.3', '', ' 1', '１', '99999999999999999999'])(
    '%s is no price and no smallest quantity',
    async (amount) => {
      const product = await make(admin, '/v1/products', { name: 'Wool', code: randomUUID().slice(0, 8) });
      const list = await make(admin, '/v1/price-lists', { name: randomUUID().slice(0, 8), currency: 'EUR' });
      const price = { productId: product, priceListId: list };
      const answers = [
        await admin.post('/v1/prices', { ...price, amount: { amount, currency: 'EUR' } }),
        await admin.post('/v1/prices', { ...price, price: { amount, currency: 'EUR' }, minimumQuantity: amount }),
        await admin.get(`/v1/products/${product}/price?quantity=${encodeURIComponent(amount)}&currency=EUR`),
      ];
      expect(answers.filter(({ status }) => status !== 400 && status !== 404)).toEqual([]);
    },
  );

  test('an opportunity of a currency that is none, or of less than nothing, is not written', async () => {
    const pipelineId = await make(admin, '/v1/pipelines', { name: 'L06' });
    await make(admin, '/v1/stages', { pipelineId, name: 'New', kind: 'open', position: 1, probability: 10 });
    for (const amount of [{ amount: '1', currency: 'EURO' }, { amount: '1' }, { amount: '1,5', currency: 'EUR' }, 5]) {
      expect((await admin.post('/v1/opportunities', { name: 'x', pipelineId, amount })).status).toBe(400);
    }
  });
});

describe('L09 one idempotency key', () => {
  const create = (client: Client, key: string, name = 'Once') => client.post('/v1/accounts', { name }, { 'idempotency-key': key });

  test('by fifty at once makes one row', async () => {
    const key = randomUUID();
    const answers = await together(50, () => create(admin, key, `Once ${key}`));
    expect(answers.filter(({ status }) => status !== 201 && status !== 409).map(({ text }) => text)).toEqual([]);
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body['id'])).size).toBe(1);
    const found = await admin.get(`/v1/accounts?filter=${encodeURIComponent(JSON.stringify({ name: { eq: `Once ${key}` } }))}`);
    expect(found.body['data']).toHaveLength(1);
  });

  test('with another body is refused, by another person is another key', async () => {
    const key = randomUUID();
    const first = await create(admin, key);
    expect((await create(admin, key, 'Else')).body['code']).toBe('idempotency.key_reused');
    expect((await create(admin, key)).body['id']).toBe(first.body['id']);
    const colleague = await company.user({ 'account:*': 'all' });
    const other = await create(colleague, key);
    expect([other.status, other.body['id'] === first.body['id']]).toEqual([201, false]);
  });

  test('of a request that failed is free for the next try', async () => {
    const key = randomUUID();
    expect((await create(admin, key, '')).status).toBe(400);
    expect((await create(admin, key)).status).toBe(201);
  });
});

test('L10 a hundred cases opened at once get a hundred numbers without a gap, also when some fail', async () => {
  const answers = await together(100, (i) =>
    admin.post('/v1/cases', { subject: `Case ${i}`, ...(i % 5 === 0 ? { contactId: randomUUID() } : {}) }),
  );
  expect(statuses(answers)).toEqual({ 201: 80, 400: 20 });
  const numbers = answers.filter(({ status }) => status === 201).map(({ body }) => Number(/(\d+)$/.exec(String(body['number']))?.[1]));
  numbers.sort((a, b) => a - b);
  expect(new Set(numbers).size).toBe(80);
  expect((numbers.at(-1) ?? 0) - (numbers[0] ?? 0)).toBe(79);
});

describe('L11 two writers of one row', () => {
  test('who knows an old version does not overwrite the newer one', async () => {
    const id = await make(admin, '/v1/accounts', { name: 'Contested' });
    const answers = await together(20, (i) => admin.patch(`/v1/accounts/${id}`, { name: `Writer ${i}` }, { 'if-match': '"1"' }));
    expect(statuses(answers)).toEqual({ 200: 1, 412: 19 });
    const winner = answers.find(({ status }) => status === 200);
    expect((await admin.get(`/v1/accounts/${id}`)).body).toMatchObject({ version: 2, name: winner?.body['name'] });
  });

  test('writers of different fields keep each other’s change', async () => {
    const id = await make(admin, '/v1/accounts', { name: 'Shared' });
    const answers = await together(2, (i) => admin.patch(`/v1/accounts/${id}`, i === 0 ? { sector: 'retail' } : { employees: 7 }));
    expect(statuses(answers)).toEqual({ 200: 2 });
    expect((await admin.get(`/v1/accounts/${id}`)).body).toMatchObject({ sector: 'retail', employees: 7, version: 3 });
  });
});
