import ExcelJS from 'exceljs';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { RestReads } from '#api/rest/reads.js';
import { openList } from '#modules/exports/list/read-list.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  admin = company.admin;
});
afterAll(() => api.close());

type Row = Record<string, unknown>;
const evil = ['=1+1', '+49 30', '-2+3', '@SUM(A1)', '\t=1', "=cmd|'/c calc'!A0"];

/** The bytes of an export. */
async function take(client: Client, path: string, headers: Record<string, string> = {}) {
  const response = await api.app.inject({
    method: 'GET',
    url: `/v1/exports/${path}`,
    headers: { authorization: `Bearer ${client.token}`, ...headers },
  });
  return { status: response.statusCode, headers: response.headers, bytes: response.rawPayload, text: response.payload };
}
const rowsOf = (text: string): Row[] => parse(text, { columns: true, bom: true });
const linesOf = (text: string): Row[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
const filterOf = (filter: object) => `filter=${encodeURIComponent(JSON.stringify(filter))}`;

async function all(client: Client, path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after = ''; ;) {
    const { body } = await client.get(`/v1/${path}${path.includes('?') ? '&' : '?'}limit=200${after}`);
    rows.push(...(body['data'] as Row[]));
    const { hasNextPage, endCursor } = body['page'] as { hasNextPage: boolean; endCursor: string };
    if (!hasNextPage) return rows;
    after = `&after=${endCursor}`;
  }
}

beforeAll(async () => {
  const items = Array.from({ length: 430 }, (_, i) => ({
    op: 'create',
    data: {
      name: evil[i] ?? `Firma ${i}, "Söhne" & Co`,
      employees: i,
      annualRevenue: { amount: `${i}.5000`, currency: 'EUR' },
      address: { city: i % 2 ? 'Bremen' : 'Köln', country: 'DE' },
      email: `office-${i}@example.test`,
    },
  }));
  for (const start of [0, 200, 400]) {
    const { status, text } = await admin.post('/v1/accounts/bulk', { mode: 'atomic', items: items.slice(start, start + 200) });
    if (status !== 200) throw new Error(text.slice(0, 2000));
  }
});

test('JSON lines are the whole list, in its order and over all of its pages', async () => {
  const query = `sort=-employees&${filterOf({ employees: { gte: 10 } })}`;
  const { status, headers, text } = await take(admin, `accounts?format=jsonl&${query}`);
  expect([status, headers['content-type'], headers['content-disposition']]).toEqual([
    200,
    'application/x-ndjson; charset=utf-8',
    'attachment; filename="accounts.jsonl"',
  ]);
  const rows = linesOf(text);
  expect(rows).toHaveLength(420);
  expect(rows).toEqual(await all(admin, `accounts?${query}`));
});

test('CSV holds the same, and no cell of it is a formula; numbers stay numbers', async () => {
  const { text } = await take(admin, 'accounts?fields=name,employees,annualRevenue,address&sort=employees');
  const rows = rowsOf(text);
  expect(text.startsWith('\ufeffid,version,name,')).toBe(true);
  expect(rows).toHaveLength(430);
  expect(rows.slice(0, evil.length).map((row) => row['name'])).toEqual(evil.map((name) => `'${name}`));
  expect(rows[7]).toMatchObject({
    name: 'Firma 7, "Söhne" & Co',
    employees: '7',
    'annualRevenue.amount': '7.5000',
    'annualRevenue.currency': 'EUR',
    'address.city': 'Bremen',
    'address.street': '',
  });
  const cells = rows.flatMap((row) => Object.values(row).map(String));
  expect(cells.filter((cell) => /^[=+@\t\r]/.test(cell) || /^-[^\d]/.test(cell))).toEqual([]);
});

test('a sheet has numbers as numbers, times as times, and no formula', async () => {
  const { bytes, headers } = await take(
    admin,
    `accounts?format=xlsx&fields=name,employees,annualRevenue,createdAt&${filterOf({ employees: { lt: 8 } })}&sort=employees`,
  );
  expect(headers['content-type']).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(new Uint8Array(bytes).buffer);
  const sheet = book.getWorksheet('accounts');
  const [header, ...rows] = (sheet?.getSheetValues() ?? []).slice(1).map((row) => (Array.isArray(row) ? row.slice(1) : []));
  expect(header).toEqual(['id', 'version', 'createdAt', 'name', 'employees', 'annualRevenue.amount', 'annualRevenue.currency']);
  expect(rows).toHaveLength(8);
  expect(rows[7]?.slice(3)).toEqual(['Firma 7, "Söhne" & Co', 7, 7.5, 'EUR']);
  expect(rows[7]?.[2]).toBeInstanceOf(Date);
  expect(rows.slice(0, evil.length).map((row) => row[3])).toEqual(evil.map((name) => `'${name}`));
  sheet?.eachRow((row) => row.eachCell((cell) => expect(cell.formula).toBeUndefined()));
});

test('Parquet has columns with types, and texts as they are', async () => {
  const { bytes } = await take(admin, `accounts?format=parquet&fields=name,employees,annualRevenue,createdAt&sort=employees`);
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
  expect(rows).toHaveLength(430);
  expect(rows[0]).toMatchObject({ name: '=1+1', employees: 0, 'annualRevenue.amount': 0.5, 'annualRevenue.currency': 'EUR' });
  expect(rows[0]?.['createdAt']).toBeInstanceOf(Date);
});

test('an empty list is a file with a header, in every format', async () => {
  const none = filterOf({ name: { eq: 'nobody at all' } });
  expect(rowsOf((await take(admin, `accounts?${none}`)).text)).toEqual([]);
  expect((await take(admin, `accounts?format=jsonl&${none}`)).text).toBe('');
  expect((await take(admin, `accounts?format=xlsx&${none}`)).bytes.length).toBeGreaterThan(1000);
  const { status, bytes } = await take(admin, `accounts?format=parquet&${none}`);
  expect([status, await parquetReadObjects({ file: new Uint8Array(bytes).buffer })]).toEqual([200, []]);
});

describe('rights', () => {
  test('reading does not mean taking away', async () => {
    const reader = await company.user({ 'account:read': 'all' });
    const { status, text } = await take(reader, 'accounts');
    expect([status, (JSON.parse(text) as Row)['code'], (JSON.parse(text) as Row)['missing']]).toEqual([
      403,
      'access.forbidden',
      'account:export',
    ]);
    const taker = await company.user({ 'account:export': 'all' });
    expect((JSON.parse((await take(taker, 'accounts')).text) as Row)['missing']).toBe('account:read');
  });

  test('a right to export that reaches less far takes away less than may be read', async () => {
    const some = await company.user({ 'account:read': 'all', 'account:create': 'all', 'account:export': 'own' });
    const { body } = await some.post('/v1/accounts', { name: 'Mine' });
    expect(linesOf((await take(some, 'accounts?format=jsonl')).text).map((row) => row['id'])).toEqual([body['id']]);
    expect((await some.get('/v1/accounts?limit=200')).body['data']).toHaveLength(200);
  });

  test('what is hidden is left out, or refused when it is named; what is masked stays masked', async () => {
    const blind = await company.user(
      { 'account:read': 'all', 'account:export': 'all' },
      { 'account.annualRevenue': 'hide', 'account.email': 'mask' },
    );
    const { text } = await take(blind, `accounts?${filterOf({ employees: { lt: 3 } })}`);
    expect(text).not.toContain('annualRevenue');
    expect(text).not.toContain('office-');
    for (const row of rowsOf(text)) expect(row['email']).toMatch(/•/);
    expect((await take(blind, 'accounts?fields=annualRevenue')).status).toBe(403);
    const asked = `accounts?${filterOf({ annualRevenue: { amount: { gt: '1' } } })}`;
    expect((await take(blind, asked)).status).toBe(403);
  });

  test('another company takes away its own and nothing else', async () => {
    const other = (await api.company()).admin;
    expect(rowsOf((await take(other, 'accounts')).text)).toEqual([]);
    expect((await api.app.inject({ method: 'GET', url: '/v1/exports/accounts' })).statusCode).toBe(401);
  });
});

test('who took what is written down', async () => {
  const taker = await company.user({ 'account:read': 'all', 'account:export': 'all' });
  await take(taker, `accounts?format=csv&fields=name&${filterOf({ employees: { lt: 3 } })}`);
  const entries = await api.kit.asOwner(
    `select action, command, resource, changes from kernel.audit_entries where tenant_id = $1 and actor_id = $2 and action = 'exported'`,
    [company.tenantId, taker.userId],
    company.tenantId,
  );
  expect(entries).toMatchObject([{ action: 'exported', command: 'account.export', resource: 'account' }]);
  expect(entries[0]?.['changes']).toMatchObject({
    format: [null, 'csv'],
    rows: [null, 3],
    columns: [null, ['id', 'version', 'name']],
    filter: [null, { employees: { lt: 3 } }],
  });
});

test('a list that is too long is refused before anything is sent', async () => {
  const principal = await api.auth.authenticator.authenticate(`Bearer ${admin.token}`);
  const resource = api.kit.runtime.registry.resource('account');
  const opened = openList(api.app.get(RestReads), resource, { fields: null, limit: 100 }, principal);
  await expect(opened).rejects.toMatchObject({ kind: 'too_large', code: 'export.too_many_rows', details: { limit: 100 } });
});

test.each([
  ['nothings', 404, 'export.no_such_list'],
  ['accounts?format=exe', 400, 'request.bad_parameter'],
  ['accounts?limit=5', 400, 'request.unknown_parameter'],
  ['accounts?fields=nothing', 400, 'request.unknown_field'],
  [`accounts?${filterOf({ nothing: { eq: 1 } })}`, 400, 'filter.unknown_field'],
])('%s is refused with a problem', async (path, status, code) => {
  const said = await take(admin, path);
  expect([said.status, (JSON.parse(said.text) as Row)['code'], said.headers['content-type']]).toEqual([
    status,
    code,
    'application/problem+json; charset=utf-8',
  ]);
});

test('no defect was met', () => {
  expect(api.defects).toEqual([]);
});

test('fields and objects a company defined itself are taken away too, by rights of their own', async () => {
  const own = await api.company();
  const labels = { en: 'Field' };
  const made = [
    await own.admin.post('/v1/field-definitions', { objectName: 'account', key: 'contractNo', type: 'text', labels }),
    await own.admin.post('/v1/object-definitions', { key: 'permit', plural: 'permits', labels }),
    await own.admin.post('/v1/field-definitions', { objectName: 'x_permit', key: 'fee', type: 'decimal', labels }),
    await own.admin.post('/v1/accounts', { name: 'Mit Vertrag', contractNo: '=C-1' }),
    await own.admin.post('/v1/records/permits', { fee: '12.50' }),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  expect(rowsOf((await take(own.admin, 'accounts?format=csv')).text)).toMatchObject([{ name: 'Mit Vertrag', contractNo: "'=C-1" }]);
  expect(linesOf((await take(own.admin, 'permits?format=jsonl&fields=fee')).text)).toMatchObject([{ fee: '12.50' }]);
  const reader = await own.user({ 'x_permit:read': 'all' });
  expect((await take(reader, 'permits')).status).toBe(403);
  expect((await take(admin, 'permits')).status).toBe(404);
});
