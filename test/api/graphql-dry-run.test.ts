import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.ts';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
}, 60_000);
afterAll(() => api.close());

const total = async (path: string) => (await admin.get(`/v1/${path}?count=true`)).body['total'];
const codeOf = async (answer: ReturnType<Client['graphql']>) => (await answer).errors?.[0]?.extensions.code;

test('what is only tried answers what would be and leaves nothing behind', async () => {
  const { body: account } = await admin.post('/v1/accounts', { name: 'Kept' });
  const id = String(account['id']);
  const before = [await total('accounts'), await total('audit-entries')];
  const created = await admin.graphql('mutation { createAccount(input: { name: "Tried" }, dryRun: true) { id name version } }');
  expect(created).toMatchObject({ data: { createAccount: { name: 'Tried', version: 1 } } });
  const updated = await admin.graphql(`mutation { updateAccount(id: "${id}", patch: { name: "Changed" }, dryRun: true) { name version } }`);
  expect(updated.data).toEqual({ updateAccount: { name: 'Changed', version: 2 } });
  const upserted = await admin.graphql(
    'mutation { upsertAccount(system: "erp", externalId: "1", input: { name: "By reference" }, dryRun: true) { name } }',
  );
  expect(upserted.data).toEqual({ upsertAccount: { name: 'By reference' } });
  const gone = await admin.graphql(`mutation { deleteAccount(id: "${id}", dryRun: true) { deleted } }`);
  expect(gone.data).toEqual({ deleteAccount: { deleted: true } });
  expect([await total('accounts'), await total('audit-entries')]).toEqual(before);
  expect((await admin.get(`/v1/accounts/${id}`)).body).toMatchObject({ name: 'Kept', version: 1 });
});

test('a command that is only tried does not happen, and is refused as if it did', async () => {
  const [{ body: list }, { body: other }] = [
    await admin.post('/v1/price-lists', { name: 'Tried', currency: 'EUR' }),
    await admin.post('/v1/price-lists', { name: 'Default', currency: 'EUR' }),
  ];
  await admin.graphql(`mutation { setDefaultPriceList(input: { priceListId: "${String(other['id'])}" }) { replacedId } }`);
  const command = (dryRun: boolean) =>
    `mutation { setDefaultPriceList(input: { priceListId: "${String(list['id'])}" }, dryRun: ${dryRun}) { replacedId } }`;
  expect((await admin.graphql(command(true))).data).toEqual({ setDefaultPriceList: { replacedId: other['id'] } });
  expect((await admin.get(`/v1/price-lists/${String(list['id'])}`)).body).toMatchObject({ isDefault: false });
  const reader = await company.user({ 'price_list:read': 'all' });
  expect(await codeOf(reader.graphql(command(true)))).toBe('access.forbidden');
  expect((await admin.graphql(command(false))).data).toEqual({ setDefaultPriceList: { replacedId: other['id'] } });
  expect((await admin.get(`/v1/price-lists/${String(list['id'])}`)).body).toMatchObject({ isDefault: true });
});

test('of a row that is only tried nothing related can be read', async () => {
  const tried = admin.graphql('mutation { createAccount(input: { name: "Tried" }, dryRun: true) { id contacts { nodes { id } } } }');
  expect(await codeOf(tried)).toBe('graphql.dry_run_reads');
  expect((await admin.get('/v1/accounts?count=true&filter=%7B%22name%22%3A%7B%22eq%22%3A%22Tried%22%7D%7D')).body['total']).toBe(0);
});
