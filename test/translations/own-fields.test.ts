import { openApiKit, type ApiKit, type Client, type Company } from '../api/api-kit.js';
import { pack, unpack } from '../box/box-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
});
beforeEach(async () => {
  company = await api.company();
  admin = company.admin;
  for (const code of ['fr', 'it']) expect((await admin.post(`/v1/languages/${code}/enable`, {})).status).toBe(200);
  // The languages of a company are known to its people a moment later.
  await until(async () => String((await admin.get('/v1/me', french)).headers['content-language']).includes('fr'));
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const labels = { en: 'Field' };
const french = { 'accept-language': 'fr' };

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

async function define(what: 'object' | 'field', input: object): Promise<string> {
  const { status, body, text } = await admin.post(`/v1/${what}-definitions`, { labels, ...input });
  if (status !== 201) throw new Error(text);
  return String(body[`${what}DefinitionId`]);
}
const made = async (path: string, row: object): Promise<string> => {
  const { status, body, text } = await admin.post(`/v1/${path}`, row);
  if (status !== 201) throw new Error(text);
  return String(body['id']);
};
const say = (id: string, texts: object, who: Client = admin, language = 'fr') =>
  who.post(`/v1/translations/records/${id}/set`, { language, texts });
const listed = async (path: string, filter: object, headers = {}): Promise<unknown[]> => {
  const { body, text } = await admin.get(`/v1/${path}filter=${encodeURIComponent(JSON.stringify(filter))}`, headers);
  if (!Array.isArray(body['data'])) throw new Error(text);
  return body['data'];
};

/** An own object with two texts, and one of them indexed. */
async function permits(): Promise<void> {
  await define('object', { key: 'permit', plural: 'permits', nameField: 'title' });
  await define('field', { objectName: 'x_permit', key: 'title', type: 'text', isTranslatable: true, isIndexed: true });
  await define('field', { objectName: 'x_permit', key: 'terms', type: 'richText', isTranslatable: true });
}

describe.each([
  { what: 'an own object', path: 'records/permits', resource: 'x_permit', prepare: permits, base: {} },
  { what: 'a built-in object without texts', path: 'accounts', resource: 'account', prepare: () => ownOf('account'), base: { name: 'A' } },
  { what: 'one that has texts', path: 'products', resource: 'product', prepare: () => ownOf('product'), base: { name: 'P', code: 'P-1' } },
])('own texts of $what', ({ path, resource, prepare, base }) => {
  test('are told, filtered, searched and ordered in the language of their reader', async () => {
    await prepare();
    const a = await made(path, { ...base, title: 'Aa screw', terms: 'One' });
    const b = await made(path, { ...base, ...('code' in base ? { code: 'P-2' } : {}), title: 'Bb nut', terms: 'Two' });
    expect((await say(a, { title: 'Zz vis', terms: 'Un' })).status).toBe(200);
    expect((await admin.get(`/v1/${path}/${a}`, french)).body).toMatchObject({ title: 'Zz vis', terms: 'Un' });
    expect((await admin.get(`/v1/${path}/${a}`)).body).toMatchObject({
      title: 'Aa screw',
      translations: { title: { fr: { text: 'Zz vis', sourceHash: expect.any(String) } } },
    });
    expect((await admin.get(`/v1/${path}/${a}`, { 'accept-language': 'it' })).body['title']).toBe('Aa screw');
    for (const operator of ['eq', 'in', 'gte'])
      expect(
        await listed(`${path}?`, narrowed({ title: { [operator]: operator === 'in' ? ['Zz vis'] : 'Zz vis' } }, [a, b]), french),
      ).toEqual([expect.objectContaining({ id: a })]);
    expect(await listed(`${path}?`, narrowed({ title: { eq: 'Aa screw' } }, [a, b]), french)).toEqual([]);
    expect(await listed(`${path}?`, narrowed({ title: { eq: 'Aa screw' } }, [a, b]))).toHaveLength(1);
    const ids = async (headers: object) =>
      (await listed(`${path}?sort=title&`, narrowed({}, [a, b]), headers)).map((row) => (row as { id: string }).id);
    expect([await ids({}), await ids(french)]).toEqual([
      [a, b],
      [b, a],
    ]);
    if (resource === 'x_permit') {
      expect(await listed(`${path}?`, { search: 'z vi' }, french)).toHaveLength(1);
      expect(await listed(`${path}?`, { search: 'z vi' })).toEqual([]);
    }
    const shown = (await admin.get(`/v1/translations/records/${a}?language=it`)).body;
    expect(shown['texts']).toContainEqual(expect.objectContaining({ field: 'title', told: 'Aa screw', isMissing: true }));
    expect(shown['warnings']).toContainEqual({ code: 'translation.missing', field: 'title', language: 'it' });
    await admin.patch(`/v1/${path}/${a}`, { title: 'Aa bolt' });
    const { warnings } = (await admin.get(`/v1/translations/records/${a}?language=fr`)).body as { warnings: { field: string }[] };
    expect(warnings.filter(({ field }) => field === 'title' || field === 'terms')).toEqual([
      { code: 'translation.outdated', field: 'title', language: 'fr' },
    ]);
  });

  test('are counted, go to a translator and come back, as XLIFF and as CSV', async () => {
    await prepare();
    const id = await made(path, { ...base, title: 'Screw', terms: '=Terms' });
    const parts = async () =>
      (await admin.get('/v1/translations/coverage?language=fr')).body['parts'] as { resource: string; field: string; translated: number }[];
    expect(await parts()).toContainEqual({ resource, field: 'title', total: 1, translated: 0, outdated: 0 });
    const page = await admin.get(`/v1/translations/export?language=fr&resource=${resource}`);
    const returned = String(page.body['xliff']).replace(/(<source[^>]*>Screw<\/source>)/, '$1<target>Vis</target>');
    expect((await admin.post('/v1/translations/import', { xliff: returned })).body).toMatchObject({ texts: 1, records: 1, problems: [] });
    const sheet = await admin.get(`/v1/translations/export?language=fr&resource=${resource}&format=csv&only=missing`);
    const lines = String(sheet.body['csv']).replace(/"'=Terms","fr",""/, `"'=Terms","fr","'=Règles"`);
    expect((await admin.post('/v1/translations/import', { csv: lines })).body).toMatchObject({ texts: 1, problems: [] });
    expect((await admin.get(`/v1/${path}/${id}`, french)).body).toMatchObject({ title: 'Vis', terms: '=Règles' });
    expect(await parts()).toContainEqual({ resource, field: 'terms', total: 1, translated: 1, outdated: 0 });
  });
});

/** Lists of large objects are narrowed to what an index serves. */
const narrowed = (filter: object, ids: readonly string[]) => ({ ...filter, id: { in: ids } });

async function ownOf(objectName: string): Promise<void> {
  await define('field', { objectName, key: 'title', type: 'text', isTranslatable: true, isIndexed: true });
  await define('field', { objectName, key: 'terms', type: 'longText', isTranslatable: true });
}

test('what is no text, unique, of a form, or beside something called `translations` is not translatable', async () => {
  const refused = async (more: object) =>
    (
      await admin.post('/v1/field-definitions', {
        objectName: 'account',
        key: 'slogan',
        type: 'text',
        isTranslatable: true,
        labels,
        ...more,
      })
    ).body;
  const unfit = { code: 'field_definition.unfit', errors: [expect.objectContaining({ path: '/isTranslatable' })] };
  for (const more of [{ type: 'int' }, { type: 'email' }, { isUnique: true }, { settings: { mask: 'AA-99' } }])
    expect(await refused(more)).toMatchObject(unfit);
  const key = await admin.post('/v1/field-definitions', { objectName: 'account', key: 'translations', type: 'text', labels });
  expect(key.body['code']).toBe('field_definition.key_reserved');
});

test('a field that is not translatable any more keeps its texts, one out of use too, and one that is deleted does not', async () => {
  for (const [path, objectName, base] of [
    ['accounts', 'account', { name: 'A' }],
    ['products', 'product', { name: 'P', code: 'P-1' }],
  ] as const) {
    const definition = await define('field', { objectName, key: 'slogan', type: 'text', isTranslatable: true });
    const change = async (patch: object) => {
      const { status, text } = await admin.patch(`/v1/field-definitions/${definition}`, patch);
      if (status !== 200) throw new Error(text);
    };
    const id = await made(path, { ...base, slogan: 'Better' });
    await say(id, { slogan: 'Mieux' });
    const told = async () => (await admin.get(`/v1/${path}/${id}`, french)).body['slogan'];
    expect(await told()).toBe('Mieux');
    await change({ isTranslatable: false });
    expect(await told()).toBe('Better');
    expect((await say(id, { slogan: 'Pire' })).status).toBe(path === 'accounts' ? 404 : 400);
    await admin.patch(`/v1/${path}/${id}`, { slogan: 'Best' });
    await change({ isTranslatable: true });
    expect(await told()).toBe('Mieux');
    const type = await admin.post(`/v1/field-definitions/${definition}/change-type`, { type: 'int', acceptLoss: true });
    expect(type.body).toMatchObject({ code: 'field_definition.unfit' });
    expect((await admin.post(`/v1/field-definitions/${definition}/change-type`, { type: 'longText' })).status).toBe(200);
    await change({ isActive: false });
    expect(await told()).toBeUndefined();
    await change({ isActive: true });
    expect(await told()).toBe('Mieux');
    await change({ isActive: false });
    expect((await admin.delete(`/v1/field-definitions/${definition}`, {}, { withValues: true })).status).toBeLessThan(300);
    const table = path === 'accounts' ? 'customers.accounts' : 'catalog.products';
    const rows = await api.kit.asOwner(`select to_jsonb(t)::text as row from ${table} t where id = $1`, [id], company.tenantId);
    expect(JSON.stringify(rows)).not.toContain('Mieux');
    expect(JSON.stringify(rows)).not.toContain('$translations');
  }
});

test('who may not see or change the field does neither with its translations, and another company has neither', async () => {
  await ownOf('account');
  const id = await made('accounts', { name: 'A', title: 'Secret screw' });
  await say(id, { title: 'Vis secrète' });
  const rights = { 'account:read': 'all', 'account:update': 'all', 'translation:read': 'all', 'translation:set': 'all' } as const;
  const blind = await company.user(rights, { 'account.title': 'hide' });
  expect((await blind.get(`/v1/accounts/${id}`, french)).text).not.toContain('ecr');
  expect((await blind.get('/v1/translations/export?language=fr&only=all')).text).not.toContain('crète');
  expect((await say(id, { terms: 'x' }, blind)).status).toBe(403);
  const reader = await company.user({ 'account:read': 'all', 'translation:set': 'all' });
  expect((await say(id, { title: 'x' }, reader)).status).toBe(403);
  const other = await api.company();
  expect((await other.admin.get(`/v1/translations/records/${id}`)).status).toBe(404);
  const { data, errors } = await other.admin.graphql('{ accounts(first: 1) { nodes { translations } } }');
  expect(data ?? errors).not.toHaveProperty('accounts');
});

test('translations of what tells of a person are sealed in the audit', async () => {
  await define('field', { objectName: 'account', key: 'motto', type: 'text', isTranslatable: true, piiClass: 'personal' });
  const id = await made('accounts', { name: 'A', motto: 'I limp' });
  await say(id, { motto: 'Je boite' });
  const rows = await api.kit.asOwner(
    `select changes::text from kernel.audit_entries where record_id = $1 order by id`,
    [id],
    company.tenantId,
  );
  expect(JSON.stringify(rows)).not.toContain('boite');
  expect(JSON.stringify(rows)).toContain('translations');
});

test('a package brings the field as it is, and a box its texts', async () => {
  await permits();
  const id = await made('records/permits', { title: 'Screw' });
  await say(id, { title: 'Vis' });
  const { package: made1 } = (await admin.get('/v1/metadata/export')).body as { package: object };
  const other = await api.company();
  expect((await other.admin.post('/v1/metadata/install', { package: made1 })).body).toMatchObject({ metadataVersion: expect.any(Number) });
  const fieldsOf = (body: object) => (body as { fields: { key: string }[] }).fields.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const again = (await other.admin.get('/v1/metadata/export')).body['package'];
  expect(fieldsOf(again as object)).toEqual(fieldsOf(made1));
  expect(fieldsOf(made1)).toMatchObject([
    { key: 'terms', isTranslatable: true },
    { key: 'title', isTranslatable: true },
  ]);
  const box = await pack(api.kit, company.tenantId, { withSecrets: true });
  const { tenantId } = await unpack(api.kit, box, { slug: `copy-${company.tenantId.slice(-8)}` });
  const rows = await api.kit.asOwner(
    `select custom->'$translations'->'title'->'fr'->>'text' as text from kernel.records where tenant_id = $1`,
    [tenantId],
    tenantId,
  );
  expect(JSON.stringify(rows)).toContain('Vis');
});
