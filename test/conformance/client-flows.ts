import createClient from 'openapi-fetch';
// Declared by the test that generates the types and compiles this file with them; no such name is known at other times.
// eslint-disable-next-line @typescript-eslint/ban-ts-comment
// @ts-ignore
type paths = KontorPaths;

/** What people do with the generated client, each flow with its types. Fails with the name of the flow that went wrong. */
// eslint-disable-next-line complexity -- one flow after the other
export async function runFlows(baseUrl: string, token: string): Promise<{ passed: number }> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  let passed = 0;
  const must = (what: string, holds: boolean) => {
    if (!holds) throw new Error(`The client could not: ${what}.`);
    passed++;
  };

  const made = await client.POST('/v1/accounts', { body: { name: 'Client GmbH', address: { city: 'Berlin', country: 'DE' } } });
  const accountId = made.data?.id ?? '';
  must('create an account', made.response.status === 201 && accountId !== '');
  must('see where it stands', made.response.headers.get('location') === `/v1/accounts/${accountId}`);
  const account = { params: { path: { accountId } } };
  const read = await client.GET('/v1/accounts/{accountId}', account);
  must('read it', read.data?.name === 'Client GmbH' && read.data.address?.city === 'Berlin');
  const expanded = await client.GET('/v1/accounts/{accountId}', { params: { path: { accountId }, query: { expand: 'owner' } } });
  must('expand its owner, with its type', typeof expanded.data?.owner?.email === 'string');
  const few = await client.GET('/v1/accounts/{accountId}', { params: { path: { accountId }, query: { fields: 'name' } } });
  must('read few fields', few.data?.name === 'Client GmbH' && few.data.address === undefined);
  const etag = read.response.headers.get('etag') ?? '';
  const header = { 'If-Match': etag };
  const changed = await client.PATCH('/v1/accounts/{accountId}', { params: { path: { accountId }, header }, body: { name: 'Kunde GmbH' } });
  must('change it', changed.data?.version === 2 && changed.data.name === 'Kunde GmbH');
  const late = await client.PATCH('/v1/accounts/{accountId}', { params: { path: { accountId }, header }, body: { name: 'Late' } });
  must('be told that it moved on', late.response.status === 412 && late.error?.code === 'account.version_conflict');
  const wrong = await client.POST('/v1/accounts', { body: { name: '' } });
  must('be told what is wrong', wrong.response.status === 400 && wrong.error?.errors?.[0]?.path === '/name');
  const key = { 'Idempotency-Key': 'client-1' };
  const [once, twice] = [
    await client.POST('/v1/accounts', { params: { header: key }, body: { name: 'Einmal AG' } }),
    await client.POST('/v1/accounts', { params: { header: key }, body: { name: 'Einmal AG' } }),
  ];
  must('repeat without doing it twice', once.data?.id === twice.data?.id);
  const reused = await client.POST('/v1/accounts', { params: { header: key }, body: { name: 'Anders AG' } });
  must('not reuse a key', reused.response.status === 422 && reused.error?.code === 'idempotency.key_reused');
  const page = await client.GET('/v1/accounts', { params: { query: { limit: 1, count: true } } });
  must('page', page.data?.data.length === 1 && page.data.total === 2 && page.data.page.hasNextPage);
  const rest = await client.GET('/v1/accounts', { params: { query: { limit: 1, after: page.data?.page.endCursor ?? '' } } });
  must('read the next page', rest.data?.data.length === 1 && !rest.data.page.hasNextPage);
  const filtered = await client.GET('/v1/accounts', { params: { query: { filter: '{"name":{"startsWith":"Kunde"}}' } } });
  must('filter', filtered.data?.data[0]?.id === accountId);
  const stray = await client.GET('/v1/accounts', { params: { query: { filter: '{"nix":{"eq":1}}' } } });
  must('learn that a filter is none', stray.error?.code === 'filter.unknown_field');

  const contact = await client.POST('/v1/contacts', { body: { lastName: 'Lovelace', accountId, email: 'ada@example.com' } });
  const contactId = contact.data?.id ?? '';
  must('add a contact', contact.data?.email === 'ada@example.com');
  const used = await client.DELETE('/v1/accounts/{accountId}', account);
  must('not delete what is in use', used.response.status === 409 && used.error?.code === 'account.in_use');
  must(
    'delete the contact',
    (await client.DELETE('/v1/contacts/{contactId}', { params: { path: { contactId } } })).response.status === 204,
  );
  const gone = await client.GET('/v1/contacts/{contactId}', { params: { path: { contactId } } });
  must('not find it again', gone.response.status === 404 && gone.error?.code === 'contact.not_found');

  const product = await client.POST('/v1/products', { body: { name: 'Pumpe', code: 'P-1', unit: 'piece' } });
  must('make a product', product.response.status === 201);
  const list = await client.POST('/v1/price-lists', { body: { name: 'Liste', currency: 'EUR' } });
  const priceListId = list.data?.id ?? '';
  must('make a price list', list.data?.currency === 'EUR');
  const path = { priceListId };
  const named = await client.PATCH('/v1/price-lists/{priceListId}', {
    params: { path, header: { 'If-Match': '"1"' } },
    body: { name: 'Neu' },
  });
  must('change the price list', named.data?.name === 'Neu');
  const standard = await client.POST('/v1/price-lists/{priceListId}/set-default', { params: { path } });
  must('make it the default', standard.response.ok);
  const lists = await client.GET('/v1/price-lists');
  must('list price lists, not prices', lists.data?.data[0]?.currency === 'EUR');
  must('list prices', (await client.GET('/v1/prices')).data?.data.length === 0);

  const team = await client.POST('/v1/teams', { body: { name: 'Nord' } });
  must('make a team', team.response.status === 201);
  const me = await client.GET('/v1/me');
  must('know who I am', me.response.ok);
  must('list users', ((await client.GET('/v1/users')).data?.data.length ?? 0) >= 1);
  must('list roles', (await client.GET('/v1/roles')).response.ok);
  must('list stages', (await client.GET('/v1/stages')).response.ok);
  must('list cases', (await client.GET('/v1/cases')).response.ok);
  must('list segments', (await client.GET('/v1/segments')).response.ok);
  const login = await createClient<paths>({ baseUrl }).POST('/v1/auth/login', { body: { email: 'nobody@example.com', password: 'wrong' } });
  must('be refused with a wrong password', login.error?.code === 'auth.invalid_credentials');
  must('be refused without a token', (await createClient<paths>({ baseUrl }).GET('/v1/accounts')).response.status === 401);
  return { passed };
}
