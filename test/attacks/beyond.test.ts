import { parse } from 'csv-parse/sync';
import { openApiKit, type Answer, type ApiKit, type Client, type Company } from '../api/api-kit.js';
import { canary, make } from './victim.js';

/** Cases of the other files once more, by doors that came later: by reference, in bulk, in the background, as a trial, out of and into files. */
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

const hidden = 'hidden-5d1c';
const merge = { 'content-type': 'application/merge-patch+json' };
const every = (reach: 'own' | 'all') =>
  Object.fromEntries(['read', 'create', 'update', 'delete', 'export'].map((verb) => [`account:${verb}`, reach]));
const itemsOf = ({ body }: Answer) =>
  (body['results'] as { status: number; problem?: { code: string } }[]).map(
    ({ status, problem }) => `${status} ${problem?.code ?? 'done'}`,
  );

describe('A05 A09 what is out of reach', () => {
  let own: Client;
  let id: string;
  const erp = { system: 'erp', externalId: 'far-1' };
  const path = '/v1/accounts/by-ref/erp/far-1';
  beforeAll(async () => {
    own = await company.user({ ...every('own'), 'operation:read': 'own' });
    id = String((await admin.put(path, { name: canary })).body['id']);
  });
  afterEach(async () => {
    const { body } = await admin.get(`/v1/accounts/${id}`);
    expect(body).toMatchObject({ name: canary, version: 1, ownerId: admin.userId });
  });

  test('is not read, written or overwritten by the name another system has for it', async () => {
    const answers = [
      await own.get(path),
      await own.put(path, { name: 'Mine' }),
      await own.put(`${path}?dryRun=true`, { name: 'Mine' }),
      await own.patch(path, { name: 'Mine' }, merge),
      await own.delete(path),
      await own.post('/v1/external-refs/attach', { recordId: id, system: 'erp', externalId: 'far-2' }),
      await own.post('/v1/external-refs/detach', { recordId: id, system: 'erp' }),
    ];
    expect(answers.filter(({ status, text }) => status < 400 || status >= 500 || text.includes(canary)).map(({ text }) => text)).toEqual(
      [],
    );
  });

  test('is not written in bulk, whatever stands beside it, nor in the background', async () => {
    const bad = [
      { op: 'update', id, data: { name: 'Mine' } },
      { op: 'update', id: id.toUpperCase(), data: { name: 'Mine' } },
      { op: 'delete', id },
      { op: 'upsert', externalRef: erp, data: { name: 'Mine' } },
      { op: 'update', externalRef: erp, data: { name: 'Mine' } },
    ];
    const mixed = await own.post('/v1/accounts/bulk', { items: [...bad, { op: 'create', data: { name: 'Good' } }] });
    expect(itemsOf(mixed).filter((told) => told.endsWith('done'))).toEqual(['201 done']);
    expect(mixed.text).not.toContain(canary);
    const many = [...bad, ...Array.from({ length: 240 }, (_, i) => ({ op: 'create', data: { name: `Good ${i}` } }))];
    const started = await own.post('/v1/accounts/bulk', { items: many });
    expect(started.status).toBe(202);
    await api.kit.drain();
    const done = await own.get(String(started.headers['location']));
    expect(done.body).toMatchObject({ state: 'partly' });
    expect((await own.get(`${String(started.headers['location'])}/results`)).text).not.toContain(canary);
  });

  test('is not written by a mutation, alone or behind one that may', async () => {
    const update = `updateAccount(id: "${id}", patch: { name: "Mine" })`;
    const answers = [
      await own.graphql(`mutation { a: createAccount(input: { name: "Good" }) { id } b: ${update} { id name } }`),
      await own.graphql(`mutation { ${update} { id } }`),
      await own.graphql(`mutation { updateAccount(id: "${id}", patch: { name: "Mine" }, dryRun: true) { id } }`),
      await own.graphql(`mutation { deleteAccount(id: "${id}") { id } }`),
      await own.graphql(`mutation { upsertAccount(system: "erp", externalId: "far-1", input: { name: "Mine" }) { id } }`),
    ];
    expect(answers.map(({ errors = [] }) => errors.length > 0)).toEqual(answers.map(() => true));
    expect(JSON.stringify(answers)).not.toContain(canary);
  });
});

test('A02 an owner one may not give a record to is refused by every door alike', async () => {
  const own = await company.user({ ...every('own'), 'account:read': 'all' });
  const data = { name: 'For somebody else', ownerId: admin.userId };
  const mutation = 'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { id } }';
  const codes = [
    (await own.post('/v1/accounts', data)).body['code'],
    (await own.post('/v1/accounts?dryRun=true', data)).body['code'],
    (await own.put('/v1/accounts/by-ref/erp/gift', data)).body['code'],
    itemsOf(await own.post('/v1/accounts/bulk', { items: [{ op: 'create', data }] }))[0]?.split(' ')[1],
    (await own.graphql(mutation, { input: data })).errors?.[0]?.extensions.code,
  ];
  expect(codes).toEqual(codes.map(() => 'access.owner_out_of_reach'));
});

describe('A12 a hidden field', () => {
  let blind: Client;
  beforeAll(async () => {
    const parent = await make(admin, '/v1/accounts', { name: 'Visible', number: hidden });
    await make(admin, '/v1/contacts', { lastName: 'Visible', accountId: parent });
    blind = await company.user({ '*': 'all' }, { 'account.number': 'hide', 'product.name': 'hide' });
  });

  const enc = (value: unknown) => encodeURIComponent(JSON.stringify(value));
  test.each([
    `/v1/exports/accounts?format=csv&fields=number`,
    `/v1/exports/accounts?format=jsonl&sort=number`,
    `/v1/exports/accounts?format=jsonl&filter=${enc({ number: { startsWith: 'c' } })}`,
    `/v1/exports/contacts?format=jsonl&filter=${enc({ account: { number: { eq: hidden } } })}`,
    `/v1/contacts?filter=${enc({ not: { account: { not: { number: { eq: hidden } } } } })}`,
    `/v1/contacts?filter=${enc({ or: [{ lastName: { eq: 'x' } }, { account: { subsidiaries: { some: { number: { isNull: false } } } } }] })}`,
    `/v1/accounts?filter=${enc({ contacts: { some: { account: { number: { eq: hidden } } } } })}`,
    `/v1/accounts?fields=name,number`,
  ])('is no way in: %s', async (address) => {
    expect((await blind.get(address)).body['code']).toBe('access.field_forbidden');
  });

  test('is in nothing that is shown whole, and no file is compared with it', async () => {
    const shown = [
      await blind.get('/v1/contacts?expand=account'),
      await blind.get('/v1/exports/accounts?format=csv'),
      await blind.get('/v1/exports/accounts?format=jsonl'),
    ];
    expect(shown.map(({ status, text }) => [status, text.includes(hidden)])).toEqual(shown.map(() => [200, false]));
    const definition = {
      files: [{ name: 'a.csv' }],
      steps: [
        {
          name: 'a',
          resource: 'account',
          file: 'a.csv',
          match: ['number'],
          columns: [
            { from: 'n', to: 'number' },
            { from: 'name', to: 'name' },
          ],
        },
      ],
    };
    const location = await uploaded(blind, `n,name\n${hidden},x\n`);
    expect((await blind.post(`${location}/map`, { definition })).body['code']).toBe('access.field_forbidden');
    // Kept by somebody who may see the field, it is no way round either.
    const kept = await admin.post('/v1/import-mappings', { name: 'oracle', definition });
    expect(kept.status).toBe(201);
    const again = await blind.post(`${location}/map`, { mappingId: kept.body['mappingId'] });
    expect(again.body['code']).toBe('access.field_forbidden');
  });

  test('is not told as a text to be translated', async () => {
    await admin.post('/v1/languages/fr/enable', {});
    const product = await make(admin, '/v1/products', { code: 'HID', name: canary });
    const { text, status } = await blind.get(`/v1/translations/records/${product}?language=fr`);
    expect([status, text.includes(canary)]).toEqual([200, false]);
    expect((await blind.get('/v1/translations/export?language=fr')).text).not.toContain(canary);
  });
});

/** Where an import is that begins with one file of lines. */
async function uploaded({ token }: Client, content: string): Promise<string> {
  const { headers } = await api.app.inject({
    method: 'POST',
    url: '/v1/imports/upload',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=xx' },
    payload: `--xx\r\ncontent-disposition: form-data; name="files"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n${content}\r\n--xx--\r\n`,
  });
  await api.kit.drain();
  return String(headers.location);
}

describe('B02 fields and objects a company defines', () => {
  const labels = { en: 'Label' };
  const names = [
    `a'; drop table x; --`,
    'a b',
    '__proto__',
    'constructor',
    'toString',
    'then',
    'id',
    'tenantId',
    'version',
    'A',
    '1a',
    'a.b',
    'a"b',
    'a$1',
    'x'.repeat(200),
    '',
    'ä',
  ];
  test.each(names)('are not called %s', async (key) => {
    const answers = [
      await admin.post('/v1/field-definitions', { objectName: 'account', key, type: 'text', labels }),
      await admin.post('/v1/object-definitions', { key, plural: 'things', labels }),
      await admin.post('/v1/object-definitions', { key: 'thing', plural: key, labels }),
      await admin.post('/v1/field-definitions', { objectName: 'account', key: 'e', type: 'enum', options: [{ key, labels }], labels }),
    ].slice(0, ['id', 'tenantId', 'version', 'A', 'constructor', 'toString', 'then', '1a', 'x'.repeat(200)].includes(key) ? 1 : 4);
    expect(answers.map(({ status }) => status).filter((status) => status < 400 || status >= 500)).toEqual([]);
  });

  test('keep as data whatever is written into them, asked about or ordered by', async () => {
    const types = ['text', 'longText', 'decimal', 'integer', 'boolean', 'date', 'datetime', 'json'];
    const made: string[] = [];
    for (const type of types) {
      const { status } = await admin.post('/v1/field-definitions', {
        objectName: 'lead',
        key: `odd${type}`,
        type,
        labels: { en: `=1+1 "'${type}` },
      });
      if (status === 201) made.push(`odd${type}`);
    }
    expect(made.length).toBeGreaterThan(4);
    const words = [`'||pg_sleep(3)--`, `') or 1=1 --`, '$1', '{"a":1}', '%', '\\', '=1+1', `"; select 1; --`, '\u0000', 'x'.repeat(3000)];
    const answers: Answer[] = [];
    for (const word of words) {
      const filters = made.flatMap((field) =>
        ['eq', 'contains', 'gt', 'in', word].map((op) => ({ [field]: { [op]: op === 'in' ? [word] : word } })),
      );
      for (const filter of filters)
        answers.push(
          await admin.get(`/v1/leads?filter=${encodeURIComponent(JSON.stringify({ ownerId: { eq: admin.userId }, ...filter }))}`),
        );
      for (const field of made) {
        answers.push(await admin.post('/v1/leads', { lastName: 'Odd', [field]: word }));
        answers.push(await admin.get(`/v1/leads?sort=${encodeURIComponent(`${field}${word}`)}`));
      }
    }
    expect(answers.filter(({ status }) => status >= 500).map(({ text }) => text)).toEqual([]);
    const exact = encodeURIComponent(JSON.stringify({ ownerId: { eq: admin.userId }, oddtext: { eq: `') or 1=1 --` } }));
    expect((await admin.get(`/v1/leads?count=true&filter=${exact}`)).body['total']).toBe(1);
  });

  test('B10 bring no formula into a file, in a cell or in its head', async () => {
    const { text, status } = await admin.get('/v1/exports/leads?format=csv');
    expect(status).toBe(200);
    const rows: string[][] = parse(text, { bom: true });
    expect(rows.flat()).toContain("'=1+1");
    expect(rows.flat().filter((cell) => /^[=+@\t\r]/.test(cell))).toEqual([]);
  });
});

test('B11 XML with a document type, entities or inclusions is no translation', async () => {
  await admin.post('/v1/languages/fr/enable', {});
  const whole = (head: string, text: string) =>
    `<?xml version="1.0"?>${head}<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="fr"><file id="product">${text}</file></xliff>`;
  const unit = (text: string) => `<unit id="x.name"><segment><source>a</source><target>${text}</target></segment></unit>`;
  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  const files = [
    whole('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', unit('a')),
    whole('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', unit('&e;')),
    whole(`<!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]>`, unit('&l9;')),
    whole('', unit('&e;')),
    whole('', unit('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file:///etc/passwd"/>')),
    whole('', '<file id="a">'.repeat(20_000)),
    whole('', unit('&#0;&#xD800;&#x110000;')),
  ];
  for (const xliff of files) {
    const answer = await admin.post('/v1/translations/import', { language: 'fr', xliff });
    expect([answer.status, answer.text.includes('root:')]).toEqual([
      answer.status >= 400 && answer.status < 500 ? answer.status : 400,
      false,
    ]);
  }
});

test('B07 NUL is not handed back in what is said about it, and null stands for what is usual', async () => {
  const id = await make(admin, '/v1/accounts', { name: 'Plain' });
  for (const address of [`/v1/accounts/${id}?fields=%00`, '/v1/accounts?fields=%00', '/v1/imports/%00/issues']) {
    const { status, body } = await admin.get(address);
    expect([status >= 400 && status < 500, String(body['detail']).includes('\u0000')]).toEqual([true, false]);
  }
  expect((await admin.post('/v1/territories', { name: 'Usual', active: null })).status).toBe(201);
});
