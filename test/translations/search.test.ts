import { openApiKit, type ApiKit, type Company } from '../api/api-kit.js';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
});
afterAll(() => api.close());

async function found(path: string, search: string, headers = {}): Promise<unknown[]> {
  const { body, text } = await company.admin.get(`/v1/${path}?filter=${encodeURIComponent(JSON.stringify({ search }))}`, headers);
  if (!Array.isArray(body['data'])) throw new Error(text);
  return body['data'].map((row: Record<string, unknown>) => row['name']);
}

/** What a process remembers of a user it forgets when it is told to. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

test('words are found in the forms of the language the company writes in, and of another one once it writes in that', async () => {
  for (const name of ['Trail run', 'Vertrag']) expect((await company.admin.post('/v1/accounts', { name })).status).toBe(201);
  expect(await found('accounts', 'running')).toEqual(['Trail run']);
  expect(await found('accounts', 'Verträge')).toEqual([]);
  await api.kit.asOwner(`update kernel.tenants set locale = 'de' where id = $1`, [company.tenantId], company.tenantId);
  await until(async () => (await found('accounts', 'Verträge')).length > 0);
  expect(await found('accounts', 'Verträge')).toEqual(['Vertrag']);
  expect(await found('accounts', 'running')).toEqual([]);
});

test('a translation is found by the forms of its language, by those who are told it', async () => {
  expect((await company.admin.post('/v1/languages/fr/enable', {})).status).toBe(200);
  const { body } = await company.admin.post('/v1/products', { code: 'S-1', name: 'Handbuch' });
  const texts = { name: 'Manuels complets' };
  expect((await company.admin.post(`/v1/translations/records/${String(body['id'])}/set`, { language: 'fr', texts })).status).toBe(200);
  const french = { 'accept-language': 'fr' };
  await until(async () => (await found('products', 'Manuels complets', french)).length > 0);
  expect(await found('products', 'manuel', french)).toEqual(['Manuels complets']);
  expect(await found('products', 'complet manuel', french)).toEqual(['Manuels complets']);
  expect(await found('products', 'complet manuel')).toEqual([]);
  expect(await found('products', 'Handbücher')).toEqual(['Handbuch']);
});
