import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openApiKit, type ApiKit, type Client, type Company } from '../api/api-kit.js';
import { someFiles } from '../db/import/crm-files.js';
import { realTest } from '../real-data.js';

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
});
afterAll(() => api.close());

const contact = async (values: object): Promise<string> => String((await company.admin.post('/v1/contacts', values)).body['id']);
/** Other transactions on the server hold links up for as long as they last. */
async function sealed({ admin }: Company, recordId: string): Promise<void> {
  for (;;) {
    await api.kit.drain();
    const { body } = await admin.get(`/v1/audit/entries?record=${recordId}`);
    if ((body['entries'] as { seq: number | null }[]).every(({ seq }) => seq !== null)) return;
    await sleep(20);
  }
}
/** A moment after what was done, and before what is done next. */
function betweenTimes(): string {
  api.kit.clock.advance({ seconds: 1 });
  const then = api.kit.clock.now().toISOString();
  api.kit.clock.advance({ seconds: 1 });
  return then;
}

test('GraphQL restores as REST does, twice changes nothing, and what was restored can be restored from', async () => {
  const id = await contact({ lastName: 'First', doNotCall: false });
  const first = betweenTimes();
  await company.admin.patch(`/v1/contacts/${id}`, { lastName: 'Second', doNotCall: true });
  const second = betweenTimes();
  const restore = `mutation($id: String!, $at: DateTime!, $dry: Boolean, $version: Int) {
    restoreFields(input: { recordId: $id, fields: ["lastName", "doNotCall"], at: $at, dryRun: $dry, expectedVersion: $version, reason: "by mistake" }) {
      applied version changes { field before after }
    }
  }`;
  const restored = async (variables: object) => {
    const { data, errors } = await company.admin.graphql(restore, { id, ...variables });
    return errors?.[0]?.extensions?.['code'] ?? (data as { restoreFields: object }).restoreFields;
  };
  const changes = [
    { field: 'lastName', before: 'Second', after: 'First' },
    { field: 'doNotCall', before: true, after: false },
  ];
  expect(await restored({ at: first, dry: true })).toEqual({ applied: false, version: 2, changes });
  expect(await restored({ at: first, version: 1 })).toBe('contact.version_conflict');
  expect(await restored({ at: first, version: 2 })).toEqual({ applied: true, version: 3, changes });
  expect(await restored({ at: first })).toEqual({ applied: false, version: 3, changes: [] });
  expect(await restored({ at: second })).toMatchObject({ applied: true, version: 4 });
  const { body } = await company.admin.get(`/v1/audit/records/${id}/history?path=lastName`);
  expect((body['steps'] as object[]).map((step) => ({ ...step }))).toMatchObject([
    { before: 'First', after: 'Second', command: 'audit.restore', reason: 'by mistake' },
    { before: 'Second', after: 'First', command: 'audit.restore', reason: 'by mistake' },
    { before: 'First', after: 'Second', command: 'contact.update' },
    { before: null, after: 'First', command: 'contact.create' },
  ]);
});

test('as of any moment a record is what a read answered then', async () => {
  const id = await contact({ lastName: 'Then', email: 'then@example.test', address: { city: 'Bonn', country: 'DE' } });
  const seen: { at: string; body: Record<string, unknown> }[] = [];
  const steps: object[] = [
    { lastName: 'Later' },
    { email: null, address: { city: 'Köln', country: 'DE' } },
    { lastName: 'Last', doNotCall: true },
  ];
  for (const step of [{}, ...steps]) {
    if (Object.keys(step).length > 0) await company.admin.patch(`/v1/contacts/${id}`, step);
    const { body } = await company.admin.get(`/v1/contacts/${id}`);
    seen.push({ at: betweenTimes(), body });
  }
  for (const { at, body } of seen) {
    const { body: past } = await company.admin.get(`/v1/audit/records/${id}/as-of?at=${at}`);
    for (const field of ['lastName', 'email', 'doNotCall', 'accountId'])
      expect([at, field, (past['values'] as Record<string, unknown>)[field] ?? null]).toEqual([at, field, body[field] ?? null]);
    expect((past['values'] as { address: { city: string } }).address.city).toBe((body['address'] as { city: string }).city);
  }
});

test('whoever is kept from a field is kept from it in every answer about the past', async () => {
  const mark = `secret-${randomUUID().slice(0, 8)}`;
  const id = await contact({ lastName: 'Open', email: `${mark}@example.test` });
  const then = betweenTimes();
  await company.admin.patch(`/v1/contacts/${id}`, { email: `${mark}.two@example.test` });
  const narrow = await company.user({ 'contact:*': 'all', 'audit:*': 'all' }, { 'contact.email': 'hide' });
  const answers = [
    await narrow.get(`/v1/audit/entries?record=${id}`),
    await narrow.get(`/v1/audit/records/${id}/as-of?at=${then}`),
    await narrow.get(`/v1/audit/records/${id}/history?path=email`),
    await narrow.get(`/v1/audit/entries?resource=contact&field=email`),
    await narrow.post('/v1/audit/export', {}),
    await narrow.post(`/v1/audit/records/${id}/restore`, { fields: ['email'], at: then }),
    await narrow.post(`/v1/audit/records/${id}/restore`, { fields: ['email'], at: then, dryRun: true }),
  ];
  for (const { text } of answers) expect(text).not.toContain(mark);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 403, 200, 403, 403]);
  const { text } = await narrow.raw(
    'POST',
    '/graphql',
    JSON.stringify({
      query: `{ auditEntries(input: { record: "${id}" }) { entries { changes { field before after } } } recordAsOf(input: { recordId: "${id}", at: "${then}" }) { values } }`,
    }),
    { 'content-type': 'application/json' },
  );
  expect(text).not.toContain(mark);
  expect((await company.admin.get(`/v1/contacts/${id}`)).body['email']).toBe(`${mark}.two@example.test`);
});

test('every right of the audit opens its own door only', async () => {
  const id = await contact({ lastName: 'Doors' });
  const doors: readonly (readonly [string, (client: Client) => Promise<{ status: number }>])[] = [
    ['audit:read', (client) => client.get('/v1/audit/verify')],
    ['audit:export', (client) => client.post('/v1/audit/export', {})],
    ['audit:erase', (client) => client.post(`/v1/audit/records/${id}/erase`, { reason: 'test' })],
    ['audit:restore', (client) => client.post(`/v1/audit/records/${id}/restore`, { fields: ['lastName'], at: '2099-01-01T00:00:00Z' })],
    ['legal_hold:place', (client) => client.post('/v1/legal-holds/place', { name: 'x', record: id, reason: 'x' })],
  ];
  for (const [own] of doors) {
    const client = await company.user({ 'contact:read': 'all', [own]: 'all' });
    const open = [];
    for (const [right, door] of doors) if ((await door(client)).status !== 403) open.push(right);
    // To restore takes the right to change the record, too.
    expect([own, open]).toEqual([own, own === 'audit:restore' ? [] : [own]]);
  }
});

test('who is erased is unreadable by every door, and the chain stays whole', async () => {
  const name = `Vergessen${randomUUID().slice(0, 8)}`;
  const id = await contact({ lastName: name, email: `${name.toLowerCase()}@example.test` });
  await api.kit.drain();
  const then = betweenTimes();
  const hold = await company.admin.post('/v1/legal-holds/place', { name: `Az ${name}`, record: id, reason: 'law suit' });
  expect((await company.admin.post(`/v1/audit/records/${id}/erase`, { reason: 'asked' })).body['code']).toBe('audit.on_hold');
  await company.admin.post(`/v1/legal-holds/${String(hold.body['legalHoldId'])}/lift`, { reason: 'settled' });
  const erase = `mutation($id: String!) { eraseFromAudit(input: { recordId: $id, reason: "asked" }) { keys } }`;
  await company.admin.delete(`/v1/contacts/${id}`);
  expect((await company.admin.graphql(erase, { id })).data).toEqual({ eraseFromAudit: { keys: 1 } });
  expect((await company.admin.graphql(erase, { id })).data).toEqual({ eraseFromAudit: { keys: 0 } });
  await api.kit.drain();
  const answers = [
    await company.admin.get(`/v1/audit/entries?record=${id}`),
    await company.admin.get(`/v1/audit/records/${id}/as-of?at=${then}`),
    await company.admin.get(`/v1/audit/records/${id}/history?path=lastName`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((answers[1]?.body['unreadable'] as string[]).includes('lastName')).toBe(true);
  for (const { text } of answers) expect(text).not.toContain(`${name}"`);
  expect((await company.admin.get('/v1/audit/verify')).body).toMatchObject({ intact: true });
});

realTest('what an import writes says so, and for whom and in which import', async () => {
  const files = someFiles(3).map(({ name, bytes }) => ({ name, content: Buffer.from(bytes).toString('utf8') }));
  const { body } = await company.admin.post('/v1/imports/run', { mapping: 'crm-opportunities', files });
  await api.kit.drain();
  const { body: found } = await company.admin.get(
    `/v1/audit/entries?batchId=${String(body['importId'])}&resource=opportunity&action=created`,
  );
  expect(found['entries']).toHaveLength(3);
  for (const entry of found['entries'] as object[])
    expect(entry).toMatchObject({ actorType: 'import', onBehalfOf: company.admin.userId, batchId: body['importId'] });
});

test('an entry that was changed behind everybody’s back is found by every way of asking', async () => {
  const victim = await api.company();
  const { body } = await victim.admin.post('/v1/contacts', { lastName: 'Chained' });
  await sealed(victim, String(body['id']));
  const whole = await victim.admin.get('/v1/audit/verify');
  expect(whole.body).toMatchObject({ intact: true });
  const client = new pg.Client({ connectionString: api.kit.urls.super });
  await client.connect();
  try {
    await client.query(`update kernel.audit_entries set command = 'nothing.happened' where tenant_id = $1 and record_id = $2`, [
      victim.tenantId,
      body['id'],
    ]);
  } finally {
    await client.end();
  }
  const rest = await victim.admin.get('/v1/audit/verify');
  expect(rest.body).toMatchObject({ intact: false, problem: 'entry_changed' });
  const { data } = await victim.admin.graphql('{ verifyAudit(input: {}) { intact brokenSeq problem verifiedTo } }');
  expect(data).toMatchObject({ verifyAudit: { intact: false, brokenSeq: rest.body['brokenSeq'], problem: 'entry_changed' } });
  expect((await company.admin.get('/v1/audit/verify')).body).toMatchObject({ intact: true });
});

test('nothing went wrong on the way', () => {
  expect(api.defects).toEqual([]);
});
