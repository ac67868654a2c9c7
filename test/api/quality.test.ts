import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let kit: ApiKit;
beforeAll(async () => {
  kit = await openApiKit();
});
afterAll(async () => {
  expect(kit.defects).toEqual([]);
  await kit.close();
});

const messages = { de: 'Die Mitarbeiterzahl ist unglaubwürdig.', en: 'The number of employees is beyond belief.' };
const believable = {
  key: 'believable',
  resource: 'account',
  kind: 'range',
  fields: ['employees'],
  settings: { min: 1, max: 500_000 },
  messages,
};

async function withRule(more: object = {}): Promise<Company> {
  const company = await kit.company();
  expect(await company.admin.post('/v1/quality-rules', { ...believable, ...more })).toMatchObject({ status: 201 });
  return company;
}
const findings = async (client: Client) => (await client.get('/v1/quality-findings?resource=account')).body['findings'];

test('REST writes what is only warned of, and says so in a header, in the language of the request', async () => {
  const { admin } = await withRule();
  const created = await admin.post('/v1/accounts', { name: 'Acme', employees: 0 });
  expect(created.status).toBe(201);
  expect(created.headers['record-warnings']).toBe(
    `"believable";path="/employees";record="${String(created.body['id'])}";message=%"The number of employees is beyond belief."`,
  );
  const german = await admin.patch(`/v1/accounts/${String(created.body['id'])}`, { employees: 600_000 }, { 'accept-language': 'de' });
  expect(german.headers['record-warnings']).toContain('message=%"Die Mitarbeiterzahl ist unglaubw%c3%bcrdig."');
  expect(await findings(admin)).toMatchObject([{ rule: 'believable', status: 'open', path: '/employees', recordId: created.body['id'] }]);
  const fine = await admin.patch(`/v1/accounts/${String(created.body['id'])}`, { employees: 60 });
  expect(fine.headers['record-warnings']).toBeUndefined();
});

test('REST refuses what a rule refuses, with the words of the company and the field', async () => {
  const { admin } = await withRule({ severity: 'refuse' });
  const refused = await admin.post('/v1/accounts', { name: 'Acme', employees: 0 }, { 'accept-language': 'de' });
  expect(refused).toMatchObject({
    status: 400,
    body: {
      code: 'quality.refused',
      detail: messages.de,
      rules: ['believable'],
      errors: [{ path: '/employees', code: 'quality.refused', message: messages.de }],
    },
  });
  expect((await admin.get('/v1/accounts')).body['data']).toEqual([]);
});

test('what is only tried is judged too, and leaves no finding', async () => {
  const { admin } = await withRule();
  const tried = await admin.post('/v1/accounts?dryRun=true', { name: 'Acme', employees: 0 });
  expect(tried.headers['record-warnings']).toContain('"believable"');
  expect(await findings(admin)).toEqual([]);
});

test('GraphQL tells warnings beside the answer, and refusals as errors', async () => {
  const { admin } = await kit.company();
  const define = 'mutation ($input: CreateQualityRuleInput!) { createQualityRule(input: $input) { qualityRule { key isActive reads } } }';
  expect(await admin.graphql(define, { input: believable })).toMatchObject({
    data: { createQualityRule: { qualityRule: { key: 'believable', isActive: true, reads: ['account.employees'] } } },
  });
  const create = 'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { id employees } }';
  const warned = await admin.graphql(create, { input: { name: 'Acme', employees: 0 } });
  expect(warned).toMatchObject({
    data: { createAccount: { employees: 0 } },
    extensions: { warnings: [{ rule: 'believable', resource: 'account', path: '/employees', message: messages.en }] },
  });
  const { data } = await admin.graphql('{ qualityFindings(input: { status: open }) { findings { id qualityRuleId rule message } } }');
  const { findings: found } = data?.['qualityFindings'] as { findings: { id: string; qualityRuleId: string }[] };
  expect(found).toMatchObject([{ rule: 'believable', message: messages.en }]);

  const { id = '', qualityRuleId = '' } = found[0] ?? {};
  const settle = `mutation { acceptQualityFinding(input: { findingId: "${id}", note: "A holding." }) { status } }`;
  expect(await admin.graphql(settle)).toMatchObject({ data: { acceptQualityFinding: { status: 'accepted' } } });
  const again = `mutation { reopenQualityFinding(input: { findingId: "${id}" }) { status } }`;
  expect(await admin.graphql(again)).toMatchObject({ data: { reopenQualityFinding: { status: 'open' } } });
  const strict = `mutation { updateQualityRule(input: { qualityRuleId: "${qualityRuleId}", severity: refuse }) { version } }`;
  expect(await admin.graphql(strict)).toMatchObject({ data: { updateQualityRule: { version: 2 } } });
  const refused = await admin.graphql(create, { input: { name: 'Acme 2', employees: 0 } });
  expect(refused.errors).toMatchObject([{ extensions: { code: 'quality.refused', errors: [{ path: '/employees' }] } }]);
});

test('of many writes in one call each has its own warnings, and the refused one its own problem', async () => {
  const { admin } = await withRule();
  await admin.post('/v1/quality-rules', {
    ...believable,
    key: 'named',
    kind: 'format',
    fields: ['name'],
    settings: { pattern: '^[A-Z]' },
    severity: 'refuse',
  });
  const items = [
    { op: 'create', data: { name: 'Good', employees: 5 } },
    { op: 'create', data: { name: 'Odd', employees: 0 } },
    { op: 'create', data: { name: 'bad', employees: 5 } },
  ];
  const { body } = await admin.post('/v1/accounts/bulk', { items });
  expect(body).toMatchObject({ created: 2, refused: 1 });
  expect(body['results']).toMatchObject([
    { outcome: 'created' },
    { outcome: 'created', warnings: [{ rule: 'believable', path: '/employees' }] },
    { outcome: 'refused', problem: { code: 'quality.refused', rules: ['named'] } },
  ]);
  expect(body['results']).not.toHaveProperty('0.warnings');
  expect(await findings(admin)).toHaveLength(1);
});

test('an import leaves out what a rule refuses and lists what it warns of, row by row', async () => {
  const { admin } = await withRule();
  await admin.post('/v1/quality-rules', {
    ...believable,
    key: 'named',
    kind: 'format',
    fields: ['name'],
    settings: { pattern: '^[A-Z]' },
    severity: 'refuse',
  });
  const base = await kit.listen();
  const form = new FormData();
  form.append('files', new Blob(['id,name,staff\n1,Good,5\n2,bad,5\n3,Odd,0\n']), 'firms.csv');
  const answered = await fetch(`${base}/v1/imports/upload`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${admin.token}` },
  });
  const location = answered.headers.get('location') ?? '';
  await kit.kit.drain();
  const step = { name: 'firms', resource: 'account', file: 'firms.csv', match: ['externalRef'] };
  const columns = [
    { from: 'id', to: 'externalRef', transform: ['prepend:x:'] },
    { from: 'name', to: 'name' },
    { from: 'staff', to: 'employees' },
  ];
  await admin.post(`${location}/map`, { definition: { files: [{ name: 'firms.csv' }], steps: [{ ...step, columns }] } });
  await admin.post(`${location}/start`, { withoutDryRun: true });
  await kit.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({ created: 2, rejected: 1 });
  expect((await admin.get(`${location}/issues`)).body['data']).toMatchObject([
    { line: 3, rule: 'named', severity: 'error' },
    { line: 4, rule: 'believable', field: 'employees', severity: 'warning', message: messages.en },
  ]);
  expect(await findings(admin)).toMatchObject([{ rule: 'believable' }]);
});

test('a sweep is started, read and summed up over REST', async () => {
  const { admin } = await kit.company();
  const { added } = (await admin.post('/v1/quality-rules/restore-shipped', {})).body;
  expect(added).toBeGreaterThan(10);
  await admin.post('/v1/accounts', { name: 'Acme', sector: 'technolgy' });
  const started = await admin.post('/v1/quality-sweeps/start', {});
  expect(started).toMatchObject({ status: 202, body: { isNew: true } });
  await kit.kit.drain();
  expect((await admin.get(`/v1/quality-sweeps/${String(started.body['qualitySweepId'])}`)).body).toMatchObject({ state: 'finished' });
  expect((await admin.get('/v1/quality/summary?resource=account')).body).toMatchObject({ scores: [{ resource: 'account', records: 1 }] });
  expect(await findings(admin)).toMatchObject([{ rule: 'account-sector-misspelt', suggestion: 'technology' }]);
});

/** How many statements PostgreSQL gets while `run` runs, on connections leased for tenants. */
async function statements(run: () => Promise<unknown>): Promise<number> {
  const { pool } = kit.kit.runtime.database;
  const lease = pool.lease.bind(pool);
  let count = 0;
  pool.lease = async (tenantId) => {
    const client = await lease(tenantId);
    const query = client.query.bind(client);
    const spy = ((...args: unknown[]) => {
      count++;
      return (query as (...args: unknown[]) => unknown)(...args);
    }) as typeof client.query;
    return new Proxy(client, { get: (target, key) => (key === 'query' ? spy : (Reflect.get(target, key) as unknown)) });
  };
  try {
    await run();
  } finally {
    pool.lease = lease;
  }
  return count;
}

test('a company without rules for a resource pays no statement more for them', async () => {
  const [bare, ruled] = [await kit.company(), await withRule()];
  const create = (client: Client, path: string, body: object) =>
    statements(async () => expect((await client.post(path, body)).status).toBe(201));
  const contact = { lastName: 'Ng' };
  // What a process learns once of a company is learnt now.
  for (const { admin } of [bare, ruled]) await admin.post('/v1/contacts', contact);
  const usual = await create(bare.admin, '/v1/contacts', contact);
  expect(await create(ruled.admin, '/v1/contacts', contact)).toBe(usual);
  expect(await create(ruled.admin, '/v1/accounts', { name: 'Acme', employees: 5 })).toBeGreaterThan(
    await create(bare.admin, '/v1/accounts', { name: 'Acme', employees: 5 }),
  );
});
