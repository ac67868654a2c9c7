import { openApiKit, type ApiKit, type Company } from './api-kit.ts';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
});
afterAll(() => api.close());

let made = 0;
const fresh = () => `c-${++made}`;
const at = (id: string, system = 'erp') => `/v1/accounts/by-ref/${system}/${encodeURIComponent(id)}`;

describe('a record by what another system calls it', () => {
  test('is made by the first PUT, changed by the next, and read and deleted by the same address', async () => {
    const { admin } = company;
    const first = await admin.put(at('4711'), { name: 'Nordwind GmbH', sector: 'retail' });
    expect([first.status, first.body['version'], first.headers['etag']]).toEqual([201, 1, '"1"']);
    expect(first.headers['location']).toBe(`/v1/accounts/${String(first.body['id'])}`);
    const second = await admin.put(at('4711'), { sector: null });
    expect([second.status, second.body['id'], second.body['version']]).toEqual([200, first.body['id'], 2]);
    expect([second.body['name'], second.body['sector']]).toEqual(['Nordwind GmbH', null]);
    const same = await admin.put(at('4711'), { name: 'Nordwind GmbH' });
    expect([same.status, same.body['version']]).toEqual([200, 2]);
    const read = await admin.get(at('4711'));
    expect([read.status, read.body['id'], read.headers['etag']]).toEqual([200, first.body['id'], '"2"']);
    expect((await admin.get(at('4711'), { 'if-none-match': '"2"' })).status).toBe(304);
    expect((await admin.delete(at('4711'))).status).toBe(204);
    expect((await admin.get(at('4711'))).body['code']).toBe('external_ref.not_found');
    expect((await admin.put(at('4711'), { name: 'Again' })).status).toBe(201);
  });

  test('takes ids with any character, and refuses names of systems that are none', async () => {
    const { admin } = company;
    for (const id of ['a/b?c#d', 'Ümläut 漢字', '../../etc/passwd', "'; drop table x; --", '%2e%2e']) {
      const put = await admin.put(at(id), { name: 'Odd' });
      expect([id, put.status]).toEqual([id, 201]);
      expect((await admin.get(at(id))).body['id']).toBe(put.body['id']);
    }
    expect((await admin.put(at('1', 'ERP system'), { name: 'x' })).body['code']).toBe('input.invalid');
    expect((await admin.put(at('x'.repeat(151)), { name: 'x' })).status).toBe(400);
    expect((await admin.put(at('   '), { name: 'x' })).status).toBe(400);
    expect((await admin.put(at(fresh()), { name: 'x', tenantId: 'y' })).body['code']).toBe('input.invalid');
    expect((await admin.put(at(fresh()), { sector: 'retail' })).body['code']).toBe('input.invalid');
  });

  test('is one record, however many ask for it at once', async () => {
    const { admin } = company;
    const id = fresh();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => admin.put(at(id), { name: 'Raced', employees: i })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    const list = await admin.get(`/v1/accounts?filter=${encodeURIComponent(JSON.stringify({ name: { eq: 'Raced' } }))}`);
    expect(list.body['data']).toHaveLength(1);
  });

  test('may have a name in several systems, and a name means one record', async () => {
    const { admin } = company;
    const [one, two] = [fresh(), fresh()];
    const account = await admin.put(at(one), { name: 'Both' });
    const other = await admin.put(at(two), { name: 'Other' });
    const attach = (recordId: unknown, system: string, externalId: string) =>
      admin.post('/v1/external-refs/attach', { recordId, system, externalId });
    expect((await attach(account.body['id'], 'shop', 's-1')).status).toBe(200);
    expect((await attach(account.body['id'], 'shop', 's-1')).status).toBe(200);
    expect((await admin.get(at('s-1', 'shop'))).body['id']).toBe(account.body['id']);
    expect((await attach(other.body['id'], 'shop', 's-1')).body['code']).toBe('external_ref.taken');
    expect((await attach(account.body['id'], 'shop', 's-2')).body['code']).toBe('external_ref.other_id');
    const detached = await admin.graphql(
      `mutation($id: String!) { detachExternalRef(input: { recordId: $id, system: "shop" }) { detached } }`,
      {
        id: account.body['id'],
      },
    );
    expect(detached).toMatchObject({ data: { detachExternalRef: { detached: true } } });
    expect((await attach(other.body['id'], 'shop', 's-1')).status).toBe(200);
    const viaGraphql = await admin.graphql(
      `mutation($id: String!) { attachExternalRef(input: { recordId: $id, system: "shop", externalId: "s-9" }) { attached } }`,
      { id: account.body['id'] },
    );
    expect(viaGraphql).toMatchObject({ data: { attachExternalRef: { attached: true } } });
  });

  test('is found by its field externalRef too, as imports write it, and is not made twice', async () => {
    const { admin } = company;
    const id = fresh();
    const imported = await admin.post('/v1/accounts', { name: 'Imported', externalRef: `erp:${id}` });
    const put = await admin.put(at(id), { name: 'Imported and changed' });
    expect([put.status, put.body['id']]).toEqual([200, imported.body['id']]);
    const born = await admin.put(at(`${id}-b`), { name: 'Born by reference' });
    expect(born.body['externalRef']).toBe(`erp:${id}-b`);
  });

  test('shows its names when asked for them', async () => {
    const { admin } = company;
    const id = fresh();
    const { body } = await admin.put(at(id), { name: 'Shown' });
    const read = await admin.get(`/v1/accounts/${String(body['id'])}?fields=name,externalRefs`);
    expect(read.body['externalRefs']).toEqual([{ system: 'erp', externalId: id }]);
    const answer = await admin.graphql(
      `query($id: ID!) { account(id: $id) { n: name refs: externalRefs { __typename s: system externalId } } accounts(first: 1) { nodes { externalRefs { system } } } }`,
      { id: body['id'] },
    );
    const slow = await admin.graphql(
      `query($id: ID!) { account(id: $id) { n: name refs: externalRefs { __typename s: system externalId } } accounts(first: 1) { nodes { externalRefs { system } } } }`,
      { id: body['id'] },
      { slow: true },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['account']).toEqual({ n: 'Shown', refs: [{ __typename: 'ExternalRef', s: 'erp', externalId: id }] });
    expect(JSON.stringify(slow.data)).toBe(JSON.stringify(answer.data));
  });

  test('is written by GraphQL as well', async () => {
    const id = fresh();
    const mutation = `mutation($id: String!, $name: String) {
      upsertAccount(system: "erp", externalId: $id, input: { name: $name }) { id version name externalRefs { externalId } } }`;
    const first = await company.admin.graphql(mutation, { id, name: 'By GraphQL' });
    const again = await company.admin.graphql(mutation, { id, name: 'By GraphQL, changed' });
    expect([first.errors, again.errors]).toEqual([undefined, undefined]);
    expect(first.data?.['upsertAccount']).toMatchObject({ version: 1, externalRefs: [{ externalId: id }] });
    expect(again.data?.['upsertAccount']).toMatchObject({ version: 2, name: 'By GraphQL, changed' });
  });

  test('heeds If-Match and If-None-Match', async () => {
    const { admin } = company;
    const id = fresh();
    expect((await admin.put(at(id), { name: 'Not there' }, { 'if-match': '"1"' })).status).toBe(404);
    expect((await admin.put(at(id), { name: 'New' }, { 'if-none-match': '*' })).status).toBe(201);
    const taken = await admin.put(at(id), { name: 'New again' }, { 'if-none-match': '*' });
    expect([taken.status, taken.body['code']]).toEqual([412, 'external_ref.exists']);
    expect((await admin.put(at(id), { name: 'Newer' }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await admin.put(at(id), { name: 'Late' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await admin.delete(at(id), { 'if-match': '"1"' })).status).toBe(412);
    expect((await admin.get(at(id))).body['name']).toBe('Newer');
  });

  test('answers the first result to a repeated key, and nothing to a key used for something else', async () => {
    const { admin } = company;
    const id = fresh();
    const key = { 'idempotency-key': `put-${id}` };
    const first = await admin.put(at(id), { name: 'Once' }, key);
    await admin.patch(`/v1/accounts/${String(first.body['id'])}`, { name: 'Moved on' });
    const again = await admin.put(at(id), { name: 'Once' }, key);
    expect([again.status, again.body['version'], again.headers['idempotency-replayed']]).toEqual([201, 1, 'true']);
    expect((await admin.put(at(id), { name: 'Else' }, key)).body['code']).toBe('idempotency.key_reused');
    const other = await company.user({ 'account:*': 'all' });
    expect((await other.put(at(id), { name: 'Mine' }, key)).status).toBe(200);
  });

  test('leaves nothing behind when it is only tried', async () => {
    const { admin } = company;
    const id = fresh();
    const tried = await admin.put(`${at(id)}?dryRun=true`, { name: 'Would be' });
    expect([tried.status, tried.headers['dry-run'], tried.body['name']]).toEqual([201, 'true', 'Would be']);
    expect((await admin.get(at(id))).status).toBe(404);
    expect((await admin.put(`${at(id)}?dryRun=yes`, { name: 'x' })).body['code']).toBe('request.bad_parameter');
  });
});

describe('what a narrow right cannot learn by references', () => {
  test('a record out of reach and one that is not there are answered with the same bytes, whatever is asked', async () => {
    const { admin } = company;
    const [hidden, missing] = ['ref-hidden', 'ref-absent'];
    await admin.put(at(hidden), { name: 'Secret customer' });
    const narrow = await company.user({ 'account:*': 'own' });
    const asked = async (id: string) => {
      const answers = [
        await narrow.get(at(id)),
        await narrow.put(at(id), { name: 'Mine now' }),
        await narrow.put(`${at(id)}?dryRun=true`, { name: 'Mine now' }),
        await narrow.put(at(id), { name: 'Mine now' }, { 'if-none-match': '*' }),
        await narrow.put(at(id), { name: 'Mine now' }, { 'if-match': '"1"' }),
        await narrow.delete(at(id)),
        await narrow.post('/v1/accounts/bulk', {
          items: [
            { op: 'upsert', externalRef: { system: 'erp', externalId: id }, data: { name: 'Mine now' } },
            { op: 'update', externalRef: { system: 'erp', externalId: id }, data: { name: 'Mine now' } },
            { op: 'delete', externalRef: { system: 'erp', externalId: id } },
          ],
        }),
      ];
      return answers.map(({ status, text }) => [status, text.replaceAll(id, 'ID').replaceAll(/"requestId":"[^"]+"/g, '')]);
    };
    const [seen, unseen] = [await asked(hidden), await asked(missing)];
    expect(seen).toEqual(unseen);
    expect(seen.map(([status]) => status)).toEqual([404, 404, 404, 404, 404, 404, 200]);
    expect((await admin.get(at(hidden))).body).toMatchObject({ name: 'Secret customer', version: 1 });
    expect((await admin.get(at(missing))).status).toBe(404);
  });

  test('its own records it may change by reference', async () => {
    const narrow = await company.user({ 'account:*': 'own' });
    const id = fresh();
    await company.admin.put(at(id), { name: 'Handed over', ownerId: narrow.userId });
    expect((await narrow.put(at(id), { name: 'Kept' })).status).toBe(200);
    expect((await narrow.get(at(id))).body['name']).toBe('Kept');
    const attach = await narrow.post('/v1/external-refs/attach', { recordId: 'no id', system: 'shop', externalId: '1' });
    expect(attach.status).toBe(404);
    const own = await narrow.post('/v1/accounts', { name: 'Own' });
    const refused = await narrow.post('/v1/external-refs/attach', { recordId: own.body['id'], system: 'erp', externalId: id });
    expect([refused.status, refused.body['code']]).toEqual([403, 'external_ref.not_all_seen']);
  });

  test('readers, strangers and other companies write nothing', async () => {
    const other = await api.company();
    const id = fresh();
    await company.admin.put(at(id), { name: 'Ours' });
    expect((await other.admin.get(at(id))).status).toBe(404);
    expect((await other.admin.put(at(id), { name: 'Theirs' })).status).toBe(201);
    expect((await company.admin.get(at(id))).body['name']).toBe('Ours');
    const reader = await company.user({ 'account:read': 'all' });
    expect((await reader.put(at(id), { name: 'x' })).body['code']).toBe('access.forbidden');
    expect((await reader.delete(at(id))).status).toBe(403);
    const creator = await company.user({ 'account:create': 'all', 'account:read': 'all' });
    expect((await creator.put(at(id), { name: 'x' })).status).toBe(403);
    expect((await creator.put(at(fresh()), { name: 'x' })).status).toBe(201);
    const { statusCode } = await api.app.inject({ method: 'PUT', url: at(id), payload: { name: 'x' } });
    expect(statusCode).toBe(401);
  });
});

test('nothing here met a defect', () => {
  expect(api.defects).toEqual([]);
});
