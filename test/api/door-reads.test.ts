import { ordinary as fromOwnPage, type Answer } from './door-kit.js';
import { openOpsKit, signIn, type OpsKit } from './ops-kit.js';

let kit: OpsKit;
let who: Awaited<ReturnType<typeof signIn>>;
let accountId: string;

beforeAll(async () => {
  kit = await openOpsKit();
  who = await signIn(kit);
  for (const name of ['Acme', 'Bäcker & Söhne', 'Cobra']) accountId = String((await write('accounts', { name, employees: 7 }))['id']);
  await write('contacts', { accountId, lastName: 'O"Neil', email: 'zoe@example.test' });
});
afterAll(async () => {
  await kit.close();
});

async function write(path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { authorization: who.authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${kit.url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}

async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${kit.url}/v1/${path}`, {
    headers: { authorization: who.authorization, 'x-request-id': 'same-request', ...headers },
  });
  const told = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'ratelimit');
  return { status: answer.status, headers: Object.fromEntries(told), text: await answer.text() };
}
const ordinary = () => fromOwnPage(kit);

const filtered = (filter: object) => `filter=${encodeURIComponent(JSON.stringify(filter))}`;
const missing = '01890000-0000-7000-8000-000000000000';

test.each([
  ['a list', 'accounts', 200],
  ['a list of chosen fields', 'accounts?fields=name,employees&limit=2', 200],
  ['a list in an order, counted', 'accounts?sort=-name&count=true&limit=1', 200],
  ['a list with what its rows lead to', 'contacts?expand=account,account.owner', 200],
  ['a filter', `accounts?${filtered({ name: { contains: 'Söhne & "x"' } })}`, 200],
  ['a filter that finds', `accounts?${filtered({ name: { contains: 'Söhne' } })}`, 200],
  ['a filter with a plus', 'accounts?filter={%22name%22:{%22eq%22:%22Bäcker+%26+Söhne%22}}', 200],
  ['a filter that is none', 'accounts?filter=x', 400],
  ['an empty parameter', 'accounts?fields=', 200],
  ['a question mark with nothing behind it', 'accounts?', 200],
  ['a parameter given twice', 'accounts?limit=1&limit=2', 400],
  ['a parameter nobody knows', 'accounts?nothing=1', 400],
  ['a parameter named like what all objects have', 'accounts?__proto__=1', 400],
  ['a page that is too large', 'accounts?limit=1000', 400],
  ['a cursor that is none', 'accounts?after=x', 400],
  ['what is no percent sign of an address', 'accounts?fields=%zz', 400],
  ['letters that are none', 'accounts?fields=%ff', 400],
  ['a path with a stroke at its end', 'accounts/', 404],
  ['a path in capitals', 'Accounts', 404],
  ['a record that is not there', `accounts/${missing}`, 404],
  ['an id that is none', 'accounts/nonsense', 404],
  ['a parameter of lists for a record', `accounts/${missing}?limit=1`, 400],
  ['what is no resource', 'nothings', 404],
])('the door answers as the ordinary way does: %s', async (_name, path, status) => {
  const atDoor = await get(path);
  expect(atDoor.status).toBe(status);
  expect(await get(path, ordinary())).toEqual(atDoor);
});

test.each([
  ['whole', ''],
  ['in part', '?fields=name'],
  ['with what it leads to', '?expand=owner,can,externalRefs'],
])('a record is answered as the ordinary way does, %s, with its version', async (_name, search) => {
  const atDoor = await get(`accounts/${accountId}${search}`);
  expect(atDoor).toMatchObject({ status: 200, headers: { etag: expect.stringMatching(/^"1/) as unknown, vary: 'Authorization' } });
  expect(await get(`accounts/${accountId}${search}`, ordinary())).toEqual(atDoor);
  const known = { 'if-none-match': String(atDoor.headers['etag']) };
  expect(await get(`accounts/${accountId}${search}`, known)).toMatchObject({ status: 304, text: '' });
});

test('pages lead to each other as they do inside, forwards and back', async () => {
  const linkOf = ({ headers }: Answer, rel: string) =>
    new RegExp(`<([^>]*)>; rel="${rel}"`).exec(String(headers['link']))?.[1]?.slice('/v1/'.length);
  const first = await get('accounts?limit=1&fields=name&sort=name');
  const next = linkOf(first, 'next') ?? '';
  const second = await get(next);
  expect(JSON.parse(second.text)).toMatchObject({ data: [{ name: 'Bäcker & Söhne' }] });
  expect(await get(next, ordinary())).toEqual(second);
  const back = await get(linkOf(second, 'prev') ?? '');
  expect(JSON.parse(back.text)).toMatchObject({ data: [{ name: 'Acme' }] });
  expect(await get(linkOf(second, 'prev') ?? '', ordinary())).toEqual(back);
});

test.each([
  ['no token', { authorization: '' }, 401],
  ['a bad token', { authorization: 'Bearer nonsense' }, 401],
  ['a German', { 'accept-language': 'de' }, 200],
])('it is the same for %s', async (_name, headers, status) => {
  const atDoor = await get('accounts', headers);
  expect(atDoor.status).toBe(status);
  expect(await get('accounts', { ...headers, ...ordinary() })).toEqual(atDoor);
});

test('a read is written down once, under the address as it is declared, whichever way it went', async () => {
  const lines = (id: string) => kit.lines.filter((line) => line['requestId'] === id && line['msg'] === 'Request');
  await get(`accounts/${accountId}`, { 'x-request-id': 'read-at-door' });
  await get(`accounts/${accountId}`, { 'x-request-id': 'read-inside', ...ordinary() });
  await get(`accounts/${missing}`, { 'x-request-id': 'read-inside-after-all' });
  await get('accounts?limit=1', { 'x-request-id': 'listed-at-door' });
  await get('accounts');
  for (const id of ['read-at-door', 'read-inside', 'read-inside-after-all'])
    expect(lines(id)).toMatchObject([{ method: 'GET', route: '/v1/accounts/:accountId', tenantId: who.tenantId }]);
  expect(lines('listed-at-door')).toMatchObject([{ method: 'GET', route: '/v1/accounts', status: 200 }]);
});

test('a module that is off is off at the door, and texts are told in the language asked for', async () => {
  await write('languages/fr/enable', {});
  const { id } = await write('products', { code: 'V1', name: 'Screw' });
  await write(`translations/records/${String(id)}/set`, { language: 'fr', texts: { name: 'Vis' } });
  const path = `products/${String(id)}`;
  // A process hears a moment later that a company has languages.
  let told = await get(path, { 'accept-language': 'fr', ...ordinary() });
  while (!told.text.includes('Vis')) told = await get(path, { 'accept-language': 'fr', ...ordinary() });
  expect(await get(path, { 'accept-language': 'fr' })).toEqual(told);
  expect(told.headers).toMatchObject({ vary: 'Accept-Language, Authorization' });
  expect((await get(path)).text).toContain('Screw');
  await write('modules/service/disable', {});
  let off = await get('cases', ordinary());
  while (off.status === 200) off = await get('cases', ordinary());
  expect(await get('cases')).toEqual(off);
});
