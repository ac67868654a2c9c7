import { systemActor } from '#kernel/access/actor.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let api: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  admin = company.admin;
  await define('object', { key: 'permit', plural: 'permits' });
  await define('field', { objectName: 'x_permit', key: 'plate', type: 'text', isUnique: true });
  await define('field', { objectName: 'x_permit', key: 'fee', type: 'decimal' });
  await define('field', { objectName: 'x_permit', key: 'months', type: 'int' });
  await define('field', {
    objectName: 'x_permit',
    key: 'accountId',
    type: 'relation',
    target: 'account',
    settings: { inverse: 'permits' },
  });
  await twice('x_permit', 'total', { type: 'formula', formula: 'fee * months' });
  await twice('x_permit', 'holder', { type: 'formula', formula: 'account.name' });
  const rollup = { from: 'x_permit', by: 'accountId', function: 'sum', value: 'total' };
  await twice('account', 'permitTotal', { type: 'rollup', rollup });
  await api.kit.drain();
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

async function define(what: 'object' | 'field', input: object): Promise<void> {
  const { status, text } = await admin.post(`/v1/${what}-definitions`, { labels: { en: 'Own' }, ...input });
  if (status !== 201) throw new Error(text);
}

/** The same figure kept, and worked out when it is read. */
async function twice(objectName: string, key: string, figure: object): Promise<void> {
  await define('field', { objectName, key: `${key}Now`, ...figure });
  await define('field', { objectName, key, ...figure, isIndexed: true });
}

async function account(name: string): Promise<string> {
  const { body } = await admin.post('/v1/accounts', { name });
  return String(body['id']);
}

type Figures = Record<string, { nodes: Record<string, unknown>[] }>;

/** What is kept of the record itself is right at once; what needs others when the jobs are through. */
async function agree(): Promise<Figures> {
  const own = await admin.graphql('{ xPermits(first: 200) { nodes { total totalNow } } }');
  for (const { total, totalNow } of (own.data as Figures)['xPermits']?.nodes ?? []) expect(total).toBe(totalNow);
  await api.kit.drain();
  const { data, errors } = await admin.graphql(
    `{ xPermits(first: 200, orderBy: [{total: ASC}]) { nodes { plate total holder holderNow } }
       accounts(first: 200, orderBy: [{permitTotal: DESC}]) { nodes { name permitTotal permitTotalNow } } }`,
  );
  expect(errors).toBeUndefined();
  const told = data as Figures;
  for (const { holder, holderNow } of told['xPermits']?.nodes ?? []) expect(holder).toBe(holderNow);
  for (const { permitTotal, permitTotalNow } of told['accounts']?.nodes ?? []) expect(permitTotal).toBe(permitTotalNow);
  return told;
}

test('whatever door a record is written by, its figures and those of others are right', async () => {
  const [one, two] = [await account('One'), await account('Two')];
  const made = await admin.post('/v1/records/permits', { plate: 'A-1', fee: '2.5', months: 4, accountId: one });
  expect(made.body).toMatchObject({ total: '10.00', version: 1 });
  await agree();
  // Many at the same moment go together.
  const gathered = await Promise.all(
    Array.from({ length: 12 }, (_, i) => admin.post('/v1/records/permits', { plate: `G-${i}`, fee: '1', months: i, accountId: two })),
  );
  expect(gathered.map(({ body }) => body['total'])).toEqual(Array.from({ length: 12 }, (_, i) => `${i}.00`));
  await agree();
  const update = `mutation { updateXPermit(id: "${String(made.body['id'])}", patch: {months: 5}) { id total } }`;
  const changed = await admin.graphql(update);
  expect(JSON.stringify(changed)).toContain('"total":"12.50"');
  await agree();
  const at = '/v1/records/permits/by-ref/erp/R-1';
  expect((await admin.put(at, { plate: 'R-1', fee: '3', months: 1, accountId: one })).body).toMatchObject({ total: '3.00' });
  expect((await admin.put(at, { accountId: two })).body).toMatchObject({ total: '3.00', version: 2 });
  await agree();
  const items = [
    { op: 'create', data: { plate: 'B-1', fee: '7', months: 1, accountId: two } },
    { op: 'update', externalRef: { system: 'erp', externalId: 'R-1' }, data: { months: 3 } },
    { op: 'delete', id: made.body['id'] },
  ];
  expect(await admin.post('/v1/records/permits/bulk', { mode: 'atomic', items })).toMatchObject({ status: 200 });
  const told = await agree();
  // 66 of those together, 7 and 9.
  expect(told['accounts']?.nodes.find(({ name }) => name === 'Two')).toMatchObject({ permitTotal: '82.00' });
  expect(told['accounts']?.nodes.find(({ name }) => name === 'One')).toMatchObject({ permitTotal: null });
});

test('an import that tells of no single row is followed, and so is its end', async () => {
  const id = await account('Imported');
  const form = new FormData();
  form.append('files', new Blob(['plate;fee;months;total\nI-1;2;3;99\nI-2;1;1;99\n']), 'permits.csv');
  const url = await api.listen();
  const sent = await fetch(`${url}/v1/imports/upload`, { method: 'POST', body: form, headers: { authorization: `Bearer ${admin.token}` } });
  const location = sent.headers.get('location') ?? '';
  await api.kit.drain();
  const map = (columns: object[]) => {
    const step = { name: 'permits', resource: 'x_permit', file: 'permits.csv', match: ['plate'], columns };
    return admin.post(`${location}/map`, { definition: { files: [{ name: 'permits.csv' }], steps: [step] } });
  };
  const columns = ['plate', 'fee', 'months'].map((name) => ({ from: name, to: name }));
  // What is worked out is nobody's to write: the column is passed over.
  columns.push({ from: 'total', to: 'total' });
  const holder = { from: 'plate', to: 'accountId', lookup: { resource: 'account', by: { name: 'Imported' } } };
  expect(await map([...columns, holder])).toMatchObject({ body: { state: 'mapped' } });
  await admin.post(`${location}/dry-run`, {});
  await api.kit.drain();
  await admin.post(`${location}/start`, {});
  await api.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({ created: 2 });
  const told = await agree();
  expect(told['xPermits']?.nodes.filter(({ holder }) => holder === 'Imported')).toHaveLength(2);
  expect((await admin.get(`/v1/accounts/${id}`)).body).toMatchObject({ permitTotal: '7.00' });
  await admin.post(`${location}/revert`, {});
  await api.kit.drain();
  await agree();
  expect((await admin.get(`/v1/accounts/${id}`)).body).toMatchObject({ permitTotal: null });
});

test('what is restored brings its figures, and none of them is a change of the record', async () => {
  const { body } = await admin.post('/v1/records/permits', { plate: 'H-1', fee: '2', months: 2 });
  const id = String(body['id']);
  const moment = new Date().toISOString();
  await admin.patch(`/v1/records/permits/${id}`, { months: 9, plate: 'H-2' });
  const restored = await admin.post(`/v1/audit/records/${id}/restore`, { fields: ['months'], at: moment });
  expect([restored.status, restored.body['version']]).toEqual([200, 3]);
  expect((await admin.get(`/v1/records/permits/${id}`)).body).toMatchObject({ total: '4.00', plate: 'H-2' });
  const refused = await admin.post(`/v1/audit/records/${id}/restore`, { fields: ['total'], at: moment });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  await api.kit.drain();
  const audit = await api.kit.runtime.withWork(
    { tenantId: company.tenantId, actor: systemActor('test'), cause: { command: 'test' } },
    (work) =>
      work.exec('select changes from kernel.audit_entries where tenant_id = $1 and resource in ($2, $3)', [
        company.tenantId,
        'x_permit',
        'account',
      ]),
  );
  expect(JSON.stringify(audit.rows)).not.toMatch(/total|holder/i);
});

interface Page {
  readonly nodes: readonly { readonly total: unknown }[];
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
}

async function byGraphql(): Promise<unknown[]> {
  const seen: unknown[] = [];
  const query =
    'query ($after: String) { xPermits(first: 4, after: $after, orderBy: [{total: DESC}]) { nodes { total } pageInfo { endCursor hasNextPage } } }';
  for (let after: string | null = null; ;) {
    const { data } = await admin.graphql(query, { after });
    const { nodes, pageInfo } = (data as { xPermits: Page }).xPermits;
    seen.push(...nodes.map(({ total }) => total));
    if (!pageInfo.hasNextPage) return seen;
    after = pageInfo.endCursor;
  }
}

async function byRest(): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let path: string | undefined = '/v1/records/permits?sort=-total&limit=5'; path;) {
    const { body, headers } = await admin.get(path);
    seen.push(...(body['data'] as { total: unknown }[]).map(({ total }) => total));
    path = /<([^>]+)>; rel="next"/.exec(String(headers['link']))?.[1]?.replace(/^https?:\/\/[^/]+/, '');
  }
  return seen;
}

test('an order by what is kept is seen through cursors of both transports alike', async () => {
  const seen = await byGraphql();
  expect(seen.length).toBeGreaterThan(12);
  expect(await byRest()).toEqual(seen);
  const sorted = seen.filter((total) => total !== null).map(Number);
  expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
});
