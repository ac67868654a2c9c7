import { openApiKit, type Answer, type ApiKit, type Client } from '../api/api-kit.js';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  admin = (await api.company()).admin;
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

const made = async (path: string, body: object): Promise<{ path: string; id: string }> => {
  const answer = await admin.post(path, body);
  expect(answer.status).toBe(201);
  return { path: `${path}/${String(answer.body['id'])}`, id: String(answer.body['id']) };
};
const account = (more: object = {}) => made('/v1/accounts', { name: 'Version GmbH', ...more });
const told = ({ status, body }: Answer) => [status, body['code']];

describe('reading', () => {
  test('a record has a strong ETag, is for its reader alone, and is not sent to who has it', async () => {
    const { path } = await account();
    const { headers } = await admin.get(path);
    expect(headers).toMatchObject({ etag: '"1"', 'cache-control': 'private, no-cache', vary: expect.stringContaining('Authorization') });
    for (const known of ['"1"', 'W/"1"', '"7", "1"', '*', ' W/"9" , W/"1" ']) {
      const again = await admin.get(path, { 'if-none-match': known });
      expect([known, again.status, again.text, again.headers['etag']]).toEqual([known, 304, '', '"1"']);
      expect(again.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: expect.stringContaining('Authorization') });
    }
    for (const other of ['"2"', '"1-x"', '""']) expect((await admin.get(path, { 'if-none-match': other })).status).toBe(200);
    expect(told(await admin.get(path, { 'if-none-match': '1' }))).toEqual([400, 'request.bad_header']);
  });

  test('after a change the old tag brings the new record', async () => {
    const { path } = await account();
    expect((await admin.patch(path, { name: 'Neu GmbH' })).headers['etag']).toBe('"2"');
    const read = await admin.get(path, { 'if-none-match': '"1"' });
    expect([read.status, read.headers['etag'], read.body['name']]).toEqual([200, '"2"', 'Neu GmbH']);
  });

  test('a change of what is expanded changes the tag, and the tag still names the version', async () => {
    const { path } = await account();
    const [before, owner] = [await admin.get(`${path}?expand=owner`), await admin.get(`/v1/users/${admin.userId}`)];
    const tag = String(before.headers['etag']);
    expect(tag).toMatch(/^"1-.+"$/);
    expect((await admin.get(`${path}?expand=owner`, { 'if-none-match': tag })).status).toBe(304);
    expect((await admin.patch(`/v1/users/${admin.userId}`, { name: `${String(owner.body['name'])} II` })).status).toBe(200);
    const after = await admin.get(`${path}?expand=owner`, { 'if-none-match': tag });
    expect(after.status).toBe(200);
    expect((await admin.patch(path, { name: 'Mit Tag' }, { 'if-match': String(after.headers['etag']) })).status).toBe(200);
  });
});

describe('writing', () => {
  test.each([
    ['"1"', 200],
    ['*', 200],
    ['"1-abc"', 200],
    ['"7", "1"', 412],
    ['"1", "0"', 200],
    ['"2"', 412],
    ['W/"1"', 412],
    ['"abc"', 412],
    ['""', 412],
    ['"99999999999"', 412],
    ['1', 400],
    ['"1', 400],
    ['"1" "2"', 400],
  ])('If-Match: %s on version 1 answers %i', async (tag, status) => {
    const { path } = await account();
    const answer = await admin.patch(path, { name: 'Geändert GmbH' }, { 'if-match': tag });
    expect(answer.status).toBe(status);
    // Tags that are no version are not called one.
    expect(answer.text).not.toContain('you know version 2147483647');
    expect((await admin.get(path)).body['version']).toBe(status === 200 ? 2 : 1);
  });

  test('DELETE heeds If-Match', async () => {
    const { path } = await account();
    expect(told(await admin.delete(path, { 'if-match': '"9"' }))).toEqual([412, 'account.version_conflict']);
    expect((await admin.delete(path, { 'if-match': '"1"' })).status).toBe(204);
    expect((await admin.delete(path, { 'if-match': '"1"' })).status).toBe(404);
  });

  test('a protected record is changed only by who names its version, by REST and GraphQL', async () => {
    const { path, id } = await made('/v1/price-lists', { name: 'Schutz', currency: 'EUR' });
    for (const header of [{}, { 'if-match': '*' }]) {
      expect(told(await admin.patch(path, { name: 'Blind' }, header))).toEqual([428, 'precondition.required']);
      expect(told(await admin.delete(path, header))).toEqual([428, 'precondition.required']);
    }
    const blind = await admin.graphql('mutation ($id: ID!) { updatePriceList(id: $id, patch: { name: "Blind" }) { name } }', {
      id,
    });
    expect(JSON.stringify(blind)).toContain('precondition.required');
    expect(told(await admin.patch(path, { name: 'Alt' }, { 'if-match': '"7"' }))).toEqual([412, 'price_list.version_conflict']);
    expect((await admin.patch(path, { name: 'Neu' }, { 'if-match': '"1"' })).body).toMatchObject({ name: 'Neu', version: 2 });
    expect((await admin.delete(path, { 'if-match': '"2"' })).status).toBe(204);
  });
});

describe('merge patch (RFC 7396)', () => {
  const address = { street: 'Hauptstrasse 1', postalCode: '10115', city: 'Berlin', region: null, country: 'DE' };
  const merge = { 'content-type': 'application/merge-patch+json' };

  test('what is absent stays, null empties, an object changes only what it names', async () => {
    const { path } = await account({ address, phone: '+4930123456' });
    expect((await admin.patch(path, { address: { city: 'Potsdam' } }, merge)).body).toMatchObject({
      phone: '+4930123456',
      address: { ...address, city: 'Potsdam' },
    });
    expect((await admin.patch(path, { address: { street: null } }, merge)).body).toMatchObject({
      address: { ...address, city: 'Potsdam', street: null },
    });
    expect((await admin.patch(path, { address: null, phone: null }, merge)).body).toMatchObject({ address: null, phone: null });
    expect((await admin.patch(path, { address: { city: 'Bonn' } }, merge)).body).toMatchObject({ address: { city: 'Bonn' } });
    expect((await admin.patch(path, {}, merge)).body).toMatchObject({ address: { city: 'Bonn' } });
  });

  test('what comes out of the merge is checked as a whole', async () => {
    const { path } = await account({ address: address });
    for (const wrong of [{ country: 'Atlantis' }, { planet: 'Mars' }, { city: 7 }, { city: 'x'.repeat(300) }, { city: { name: 'x' } }])
      expect(told(await admin.patch(path, { address: wrong }, merge))).toEqual([400, 'input.invalid']);
    expect(told(await admin.patch(path, { name: null }, merge))).toEqual([400, 'input.invalid']);
    expect((await admin.get(path)).body).toMatchObject({ version: 1, address: address });
  });

  test('of an amount one half can be changed', async () => {
    const { path } = await account({ annualRevenue: { amount: '1000.00', currency: 'EUR' } });
    const { body } = await admin.patch(path, { annualRevenue: { amount: '2000' } }, merge);
    expect(body).toMatchObject({ annualRevenue: { amount: '2000.0000', currency: 'EUR' } });
    expect(told(await admin.patch(path, { annualRevenue: { currency: null } }, merge))).toEqual([400, 'input.invalid']);
  });
});
