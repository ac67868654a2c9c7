import { openApiKit, type ApiKit, type Client, type Company } from '../api/api-kit.js';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  for (const code of ['fr', 'ar', 'PT_br']) expect((await company.admin.post(`/v1/languages/${code}/enable`, {})).status).toBe(200);
  await until(async () => String((await company.admin.get('/v1/me')).headers['content-language']).startsWith('en'));
});
afterAll(() => api.close());

let count = 0;
/** A product with a French name. The company of the kit writes English, in which these happen to be German. */
async function product(name: string, french?: string): Promise<string> {
  const made = await company.admin.post('/v1/products', { code: `T${(count += 1)}`, name, description: `${name}, verzinkt` });
  const id = String(made.body['id']);
  if (french !== undefined) expect((await say(id, 'fr', { name: french })).status).toBe(200);
  return id;
}
const say = (id: string, language: string, texts: object, client: Client = company.admin) =>
  client.post(`/v1/translations/records/${id}/set`, { language, texts });
const french = { 'accept-language': 'fr-CH, en;q=0.5' };

test('a text is read in the language its reader asks for, by REST and by both ways of GraphQL', async () => {
  const id = await product('Schraube', 'Vis');
  const inFrench = await company.admin.get(`/v1/products/${id}`, french);
  expect(inFrench.body).toMatchObject({ name: 'Vis', description: 'Schraube, verzinkt' });
  expect(inFrench.headers['content-language']).toBe('fr, en');
  expect(inFrench.headers['vary']).toContain('Accept-Language');
  const inGerman = await company.admin.get(`/v1/products/${id}`);
  expect(inGerman.body).toMatchObject({ name: 'Schraube' });
  expect(inGerman.headers['etag']).not.toBe(inFrench.headers['etag']);
  expect((await company.admin.get(`/v1/products/${id}`, { 'accept-language': 'it' })).body['name']).toBe('Schraube');
  for (const slow of [false, true]) {
    const query = `query($id: ID!) { product(id: $id) { name description } }`;
    const { data } = await company.admin.graphql(query, { id }, { slow, headers: french });
    expect(data).toEqual({ product: { name: 'Vis', description: 'Schraube, verzinkt' } });
    const { data: own } = await company.admin.graphql(query, { id }, { slow });
    expect(own).toMatchObject({ product: { name: 'Schraube' } });
  }
});

test('lists are filtered, searched and ordered by what is shown, page by page', async () => {
  const mark = `Zz${Date.now()}`;
  for (const [german, other] of [
    [`${mark} A`, `${mark} z`],
    [`${mark} B`, `${mark} y`],
    [`${mark} C`, undefined],
  ] as const)
    await product(german, other);
  const names = async (query: string, headers = {}) => {
    const { body, text } = await company.admin.get(`/v1/products?${query}`, headers);
    if (!Array.isArray(body['data'])) throw new Error(text);
    return { names: body['data'].map((row: Record<string, unknown>) => row['name']), page: body['page'] as { endCursor: string } };
  };
  const search = `filter=${encodeURIComponent(JSON.stringify({ search: mark }))}&sort=name`;
  expect((await names(search)).names).toEqual([`${mark} A`, `${mark} B`, `${mark} C`]);
  const first = await names(`${search}&limit=2`, french);
  expect(first.names).toEqual([`${mark} C`, `${mark} y`]);
  expect((await names(`${search}&limit=2&after=${encodeURIComponent(first.page.endCursor)}`, french)).names).toEqual([`${mark} z`]);
  const only = `filter=${encodeURIComponent(JSON.stringify({ name: { eq: `${mark} y` } }))}`;
  expect((await names(only, french)).names).toEqual([`${mark} y`]);
  expect((await names(only)).names).toEqual([]);
});

test('who searches for one German spelling finds the other', async () => {
  const mark = `Q${Date.now()}`;
  for (const name of [`${mark} Großmaß`, `${mark} Grossmass`, `${mark} Gros`]) await product(name);
  const found = async (text: string) => {
    const filter = encodeURIComponent(JSON.stringify({ search: `${mark} ${text}` }));
    return ((await company.admin.get(`/v1/products?filter=${filter}`)).body['data'] as unknown[]).length;
  };
  expect([await found('großmaß'), await found('GROSSMASS'), await found('gro'), await found('%ß')]).toEqual([2, 2, 3, 0]);
});

test('the user’s own language counts where the request asks for none', async () => {
  const id = await product('Mutter', 'Écrou');
  const reader = await company.user({ 'product:read': 'all' });
  await api.kit.asOwner(`update identity.users set locale = 'fr' where id = $1`, [reader.userId], company.tenantId);
  const { body } = await reader.get(`/v1/products/${id}`);
  expect(body['name']).toBe('Écrou');
  const asked = await company.admin.get(`/v1/translations/records/${id}?language=fr`);
  expect(asked.body['texts']).toContainEqual(
    expect.objectContaining({ field: 'name', told: 'Écrou', source: 'Mutter', language: 'fr', isMissing: false, isOutdated: false }),
  );
  expect(asked.body['texts']).toContainEqual(expect.objectContaining({ field: 'description', language: 'en', isMissing: true }));
});

test('a translation is out of date when its text changes, and is shown all the same', async () => {
  const id = await product('Nagel', 'Clou');
  const before = (await company.admin.get(`/v1/translations/coverage?language=fr`)).body as { translated: number; outdated: number };
  await company.admin.patch(`/v1/products/${id}`, { name: 'Stahlnagel' });
  expect((await company.admin.get(`/v1/products/${id}`, french)).body['name']).toBe('Clou');
  const { body } = await company.admin.get(`/v1/translations/records/${id}`, french);
  expect(body['texts']).toContainEqual(expect.objectContaining({ field: 'name', isOutdated: true }));
  const after = (await company.admin.get(`/v1/translations/coverage?language=fr`)).body as { translated: number; outdated: number };
  expect([after.translated, after.outdated]).toEqual([before.translated, before.outdated + 1]);
  await say(id, 'fr', { name: 'Clou en acier' });
  expect((await company.admin.get(`/v1/products/${id}`)).body['translations']).toMatchObject({ name: { fr: { text: 'Clou en acier' } } });
});

test('translations go to a translator and come back, and the same file twice changes nothing', async () => {
  const id = await product('Dübel');
  const page = await company.admin.get(`/v1/translations/export?language=ar&only=missing&resource=product&first=500`);
  const xliff = String(page.body['xliff']);
  const returned = xliff.replace(new RegExp(`(${id}\\.name.*?<source[^>]*>Dübel</source>)`), '$1<target>مقبس &amp; برغي</target>');
  expect(returned).not.toBe(xliff);
  expect((await company.admin.post('/v1/translations/import', { xliff: returned, dryRun: true })).body).toMatchObject({
    texts: 1,
    records: 1,
  });
  expect((await company.admin.get(`/v1/products/${id}`)).body['translations']).toBeNull();
  expect((await company.admin.post('/v1/translations/import', { xliff: returned })).body).toMatchObject({
    texts: 1,
    records: 1,
    problems: [],
  });
  const { body } = await company.admin.get(`/v1/products/${id}`, { 'accept-language': 'ar' });
  expect(body['name']).toBe('مقبس & برغي');
  expect((await company.admin.post('/v1/translations/import', { xliff: returned })).body).toMatchObject({ texts: 1, records: 0 });
  const { data } = await company.admin.graphql('{ languages { languages { code name direction isOwn } } }');
  expect(data).toMatchObject({
    languages: {
      languages: [
        { code: 'en', isOwn: true },
        { code: 'fr', name: expect.any(String), direction: 'ltr' },
        { code: 'ar', direction: 'rtl' },
        { code: 'pt-BR', direction: 'ltr' },
      ],
    },
  });
});

test('a spreadsheet goes to a translator and back as well, and nothing in it is a formula', async () => {
  const [id, other] = [await product('=Dübel'), await product('Klammer')];
  const page = await company.admin.get(`/v1/translations/export?language=fr&only=missing&resource=product&first=500&format=csv`);
  expect(page.body['xliff']).toBe('');
  const csv = String(page.body['csv']);
  expect(csv).toContain(`"'=Dübel"`);
  const returned = csv.replace(new RegExp(`("${id}","name","en","'=Dübel","fr",)""`), `$1"'=Cheville"`);
  expect(returned).not.toBe(csv);
  expect((await company.admin.post('/v1/translations/import', { csv: returned })).body).toMatchObject({
    language: 'fr',
    texts: 1,
    outdated: 0,
    problems: [],
  });
  expect((await company.admin.get(`/v1/products/${id}`, french)).body['name']).toBe('=Cheville');
  expect((await company.admin.get(`/v1/products/${other}`)).body['translations']).toBeNull();
  for (const input of [{}, { csv, xliff: '<xliff/>' }, { csv: 'a,b\n1,2\n' }])
    expect((await company.admin.post('/v1/translations/import', input)).body).toMatchObject({ status: 400, code: 'translation.bad_file' });
  const foreign = await api.company();
  expect((await foreign.admin.post('/v1/languages/fr/enable', {})).status).toBe(200);
  expect((await foreign.admin.post('/v1/translations/import', { csv: returned })).body).toMatchObject({
    texts: 0,
    problems: [{ code: 'product.not_found' }],
  });
});

test('who reads a text in another language than he asked for is warned, and of old translations too', async () => {
  const id = await product('Bohrer', 'Foret');
  const warnings = async () => (await company.admin.get(`/v1/translations/records/${id}?language=fr`)).body['warnings'];
  expect(await warnings()).toContainEqual({ code: 'translation.missing', field: 'description', language: 'fr' });
  expect((await say(id, 'fr', { description: 'Foret, zingué', unit: 'pièce' })).status).toBe(200);
  expect(await warnings()).toEqual([]);
  expect((await company.admin.patch(`/v1/products/${id}`, { name: 'Steinbohrer' })).status).toBe(200);
  expect(await warnings()).toEqual([{ code: 'translation.outdated', field: 'name', language: 'fr' }]);
  expect((await company.admin.get(`/v1/translations/records/${id}?language=en`)).body['warnings']).toEqual([]);
});

test('of a file the records that cannot be changed are named, and the others are written', async () => {
  const [good, bad] = [await product('Zange'), await product('Säge')];
  const unit = (id: string, field: string, target: string) =>
    `<unit id="${id}.${field}"><segment><source>Zange</source><target>${target}</target></segment></unit>`;
  const xliff = `<xliff version="2.0" srcLang="de" trgLang="fr"><file id="product">${unit(good, 'name', 'Pince')}${unit(bad, 'code', 'x')}${unit('0199aaaa-0000-7000-8000-000000000001', 'name', 'x')}</file></xliff>`;
  const { body } = await company.admin.post('/v1/translations/import', { xliff });
  expect(body).toMatchObject({ texts: 1, records: 1 });
  expect((body['problems'] as { code: string }[]).map(({ code }) => code).sort()).toEqual(['input.invalid', 'translation.no_such_record']);
  expect((await company.admin.get(`/v1/products/${good}`, french)).body['name']).toBe('Pince');
});

test('what is wrong with a translation is said', async () => {
  const id = await product('Feile');
  const codeOf = async (answer: ReturnType<typeof say>) => (await answer).body['code'];
  expect(await codeOf(say(id, 'it', { name: 'Lima' }))).toBe('language.not_enabled');
  expect(await codeOf(say(id, 'en', { name: 'Feile' }))).toBe('language.is_own');
  expect(await codeOf(say(id, `fr'; drop`, { name: 'x' }))).toBe('language.invalid');
  expect(await codeOf(say(id, 'fr', { code: 'x' }))).toBe('input.invalid');
  expect(await codeOf(say(id, 'fr', { name: 'x'.repeat(201) }))).toBe('input.invalid');
  expect(await codeOf(say(company.admin.userId, 'fr', { name: 'x' }))).toBe('translation.no_such_record');
  await company.admin.patch(`/v1/products/${id}`, { description: null });
  expect(await codeOf(say(id, 'fr', { description: 'Lime' }))).toBe('translation.no_source');
  expect((await say(id, 'fr', { name: 'Lime' })).body).toEqual({ version: 3 });
  expect((await say(id, 'fr', { name: null })).body).toEqual({ version: 4 });
  expect((await company.admin.get(`/v1/products/${id}`)).body['translations']).toBeNull();
});

test('translations are for who may change the record and see the field, and for nobody of another company', async () => {
  const id = await product('Bohrer', 'Foret');
  const reader = await company.user({ 'product:read': 'all', 'translation:*': 'all' });
  expect((await say(id, 'fr', { name: 'x' }, reader)).body['code']).toBe('access.forbidden');
  const half = await company.user({ 'product:*': 'all', 'translation:*': 'all' }, { 'product.name': 'hide' });
  const { body } = await half.get(`/v1/products/${id}`, french);
  expect(JSON.stringify(body)).not.toMatch(/Foret|Bohrer"/);
  expect((await half.get(`/v1/translations/records/${id}?language=fr`)).text).not.toMatch(/Foret|Bohrer"/);
  expect((await half.get('/v1/translations/export?language=fr&only=all&resource=product')).text).not.toContain('.name');
  expect((await say(id, 'fr', { name: 'x' }, half)).body['code']).toBe('access.field_forbidden');
  const none = await company.user({ 'translation:*': 'all' });
  expect((await none.get(`/v1/translations/records/${id}?language=fr`)).status).toBe(404);
  expect((await none.get('/v1/translations/coverage?language=fr')).body).toMatchObject({ total: 0, parts: [] });
  const other = await api.company();
  await other.admin.post('/v1/languages/fr/enable', {});
  expect((await say(id, 'fr', { name: 'x' }, other.admin)).status).toBe(404);
  expect((await other.admin.get(`/v1/translations/records/${id}?language=fr`)).body['code']).toBe('translation.no_such_record');
  expect((await other.admin.get('/v1/translations/export?language=fr&only=all')).text).not.toContain('Foret');
});

test('two at once lose neither’s work, and the audit says who said what', async () => {
  const id = await product('Säge');
  const answers = await Promise.all([
    say(id, 'fr', { name: 'Scie' }),
    say(id, 'ar', { name: 'منشار' }),
    say(id, 'pt-BR', { name: 'Serra' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const { body } = await company.admin.get(`/v1/products/${id}`);
  expect(Object.keys((body['translations'] as { name: object }).name).sort()).toEqual(['ar', 'fr', 'pt-BR']);
  const { body: audit } = await company.admin.get(`/v1/audit/entries?record=${id}&field=translations&resource=product`);
  expect(audit['entries']).toHaveLength(3);
  expect((audit['entries'] as object[])[0]).toMatchObject({ command: 'translation.set', actorId: company.admin.userId });
});

test('a language that is disabled is read by nobody, and back with all its texts when it is enabled again', async () => {
  const one = await api.company();
  await one.admin.post('/v1/languages/fr/enable', {});
  const { body } = await one.admin.post('/v1/products', { code: 'L1', name: 'Leiter' });
  const id = String(body['id']);
  await one.admin.post(`/v1/translations/records/${id}/set`, { language: 'fr', texts: { name: 'Échelle' } });
  const nameIn = async () => (await one.admin.get(`/v1/products/${id}`, french)).body['name'];
  await until(async () => (await nameIn()) === 'Échelle');
  expect((await one.admin.post('/v1/languages/fr/disable', {})).body).toEqual({ code: 'fr', changed: true, kept: 1 });
  expect((await one.admin.post('/v1/languages/fr/disable', {})).body).toMatchObject({ changed: false });
  await until(async () => (await nameIn()) === 'Leiter');
  expect((await one.admin.get('/v1/translations/coverage?language=fr')).body['code']).toBe('language.not_enabled');
  expect((await one.admin.post('/v1/languages/fr/enable', {})).body).toEqual({ code: 'fr', changed: true });
  await until(async () => (await nameIn()) === 'Échelle');
});

/** What a process remembers of a user it forgets when it is told to. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

test('stages and price lists have translations too', async () => {
  const pipeline = await company.admin.post('/v1/pipelines', { name: 'Vertrieb' });
  const stage = await company.admin.post('/v1/stages', { pipelineId: pipeline.body['id'], name: 'Neu', position: 1, probability: 10 });
  expect((await say(String(stage.body['id']), 'fr', { name: 'Nouveau' })).status).toBe(200);
  const stages =
    '{ stages(filter: { name: { startsWith: "N" } }, orderBy: [{ pipeline: { name: ASC } }, { name: ASC }]) { nodes { name pipeline { name } } } }';
  const { data } = await company.admin.graphql(stages, {}, { headers: french });
  expect(data).toEqual({ stages: { nodes: [{ name: 'Nouveau', pipeline: { name: 'Vertrieb' } }] } });
  const list = await company.admin.post('/v1/price-lists', { name: 'Händler', currency: 'EUR' });
  expect((await say(String(list.body['id']), 'fr', { name: 'Revendeurs' })).body).toEqual({ version: 2 });
});

test('fields and choices of a company’s own are called what they are called in the language of who asks', async () => {
  const options = [
    { key: 'gold', labels: { en: 'Gold', de: 'Goldkunde', fr: 'Client or' } },
    { key: 'other', labels: { de: 'Sonstiger' } },
  ];
  const labels = { en: 'Standing', de: 'Rang', fr: 'Rang client' };
  const made = await company.admin.post('/v1/field-definitions', { objectName: 'account', key: 'standing', type: 'enum', labels, options });
  expect(made.status).toBeLessThan(300);
  const told = async (headers: Record<string, string>, query = '') => {
    const { body } = await company.admin.get(`/v1/labels?resource=account${query}`, headers);
    return (body['fields'] as { name: string; label: string; choices: object[] }[]).find(({ name }) => name === 'standing');
  };
  await until(async () => (await told({})) !== undefined);
  const choices = (...names: string[]) => names.map((label, i) => ({ name: options[i]?.key, label }));
  expect(await told({})).toMatchObject({ label: 'Standing', choices: choices('Gold', 'Sonstiger') });
  expect(await told({ 'accept-language': 'de-AT' })).toMatchObject({ label: 'Rang', choices: choices('Goldkunde', 'Sonstiger') });
  expect(await told(french)).toMatchObject({ label: 'Rang client', choices: choices('Client or', 'Sonstiger') });
  expect(await told(french, '&language=de')).toMatchObject({ label: 'Rang' });
});

test('nothing went wrong on the way', () => {
  expect(api.defects).toEqual([]);
});
