import { randomUUID } from 'node:crypto';
import { verify } from '../../src/cli/audit.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { openApiKit, type ApiKit, type Company } from '../api/api-kit.js';

// What is sensitive is for a company to say; here it is a number.
Object.assign(Contact.fields.mobile.options, { sensitive: true });

let api: ApiKit;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
});
afterAll(() => api.close());

type Entry = Record<string, unknown>;
async function entriesOf(query: string, client = company.admin): Promise<Entry[]> {
  const { status, body, text } = await client.get(`/v1/audit/entries?${query}`);
  if (status !== 200) throw new Error(text);
  return body['entries'] as Entry[];
}
const contact = async (values: object, headers: Record<string, string> = {}): Promise<string> =>
  String((await company.admin.post('/v1/contacts', values, headers)).body['id']);

test('an entry says who, from where, with what, in which request and why', async () => {
  const requestId = randomUUID();
  const id = await contact(
    { lastName: 'Why' },
    { 'audit-reason': 'gro%C3%9Fe Bereinigung', 'user-agent': 'my-crm-sync/2', 'x-request-id': requestId },
  );
  expect(await entriesOf(`record=${id}`)).toMatchObject([
    {
      reason: 'große Bereinigung',
      client: 'my-crm-sync/2',
      ip: '127.0.0.1',
      actorType: 'user',
      actorId: company.admin.userId,
      command: 'contact.create',
      changes: expect.arrayContaining([{ field: 'lastName', before: null, after: 'Why', erased: false }]),
    },
  ]);
});

test('a reason given to a verb is the reason of what it does', async () => {
  const lead = await company.admin.post('/v1/leads', { lastName: 'Cold', ownerId: company.admin.userId });
  const id = String(lead.body['id']);
  await company.admin.post(`/v1/leads/${id}/disqualify`, { reason: 'no budget' });
  expect((await entriesOf(`record=${id}`))[0]).toMatchObject({ command: 'lead.disqualify', reason: 'no budget' });
});

test('GraphQL answers the same as REST', async () => {
  const id = await contact({ lastName: 'Both', email: 'both@example.test' });
  await company.admin.patch(`/v1/contacts/${id}`, { lastName: 'Ways' });
  const { data, errors } = await company.admin.graphql(
    `query($id: String!) {
      auditEntries(input: { record: $id }) { entries { id seq command changes { field before after erased } } next }
      recordAsOf(input: { recordId: $id, at: "2099-01-01T00:00:00Z" }) { exists values unreadable }
      fieldHistory(input: { recordId: $id, path: "lastName" }) { steps { before after actorLabel } }
      verifyAudit(input: {}) { intact }
    }`,
    { id },
  );
  expect(errors).toBeUndefined();
  const rest = await entriesOf(`record=${id}`);
  expect(data).toMatchObject({
    auditEntries: { entries: rest.map((entry) => ({ id: entry['id'], changes: entry['changes'] })) },
    recordAsOf: { exists: true, values: { lastName: 'Ways', email: 'both@example.test' } },
    fieldHistory: {
      steps: [
        { before: 'Both', after: 'Ways' },
        { before: null, after: 'Both' },
      ],
    },
    verifyAudit: { intact: true },
  });
  const asOf = await company.admin.get(`/v1/audit/records/${id}/as-of?at=2099-01-01T00:00:00Z`);
  expect(asOf.body).toMatchObject({ values: { lastName: 'Ways' } });
  const history = await company.admin.get(`/v1/audit/records/${id}/history?path=lastName`);
  expect(history.body['steps']).toHaveLength(2);
});

test('fields are restored over REST, and first only tried', async () => {
  const id = await contact({ lastName: 'Right' });
  api.kit.clock.advance({ seconds: 1 });
  const then = api.kit.clock.now().toISOString();
  api.kit.clock.advance({ seconds: 1 });
  await company.admin.patch(`/v1/contacts/${id}`, { lastName: 'Wrong' });
  const path = `/v1/audit/records/${id}/restore`;
  const body = { fields: ['lastName'], at: then };
  expect((await company.admin.post(path, { ...body, dryRun: true })).body).toMatchObject({
    applied: false,
    changes: [{ field: 'lastName' }],
  });
  expect((await company.admin.post(path, body)).body).toMatchObject({ applied: true, version: 3 });
  expect((await company.admin.get(`/v1/contacts/${id}`)).body['lastName']).toBe('Right');
  expect((await company.admin.post(path, { ...body, fields: ['ownerId', 'nonsense'] })).body).toMatchObject({
    code: 'audit.restore_conflict',
    status: 409,
  });
});

test('the records of an operation of many name it', async () => {
  const items = Array.from({ length: 201 }, (_, i) => ({ op: 'create', data: { lastName: `B${i}` } }));
  const started = await company.admin.post('/v1/contacts/bulk', { items });
  expect(started.status).toBe(202);
  await api.kit.drain();
  const id = String(started.body['id']);
  const entries = await entriesOf(`batchId=${id}&resource=contact&first=200`);
  expect(entries).toHaveLength(200);
  expect(entries[0]).toMatchObject({ command: 'contact.bulk', batchId: id });
  expect((await entriesOf(`record=${id}`)).at(-1)).toMatchObject({ resource: 'operation', action: 'created' });
});

test('whoever sees a sensitive value is noted: one entry for all he saw at once, none for a mask', async () => {
  const marker = `S${randomUUID().slice(0, 8)}`;
  const ids = [
    await contact({ lastName: marker, mobile: '+4915112345678' }),
    await contact({ lastName: marker, mobile: '+4915112345679' }),
  ];
  const reads = async () => entriesOf('class=access&resource=contact');
  const before = (await reads()).length;
  await company.admin.get(`/v1/contacts/${ids[0] ?? ''}?fields=lastName`);
  expect(await reads()).toHaveLength(before);
  await company.admin.get(`/v1/contacts/${ids[0] ?? ''}`);
  expect((await reads())[0]).toMatchObject({
    action: 'read',
    recordId: ids[0],
    actorId: company.admin.userId,
    changes: [{ field: 'fields', after: ['mobile'] }],
  });
  const query = `query($name: String!) { contacts(filter: { lastName: { eq: $name } }) { nodes { mobile } } }`;
  for (const slow of [false, true]) {
    const { data } = await company.admin.graphql(query, { name: marker }, { slow });
    expect(data).toMatchObject({ contacts: { nodes: [{ mobile: '+4915112345678' }, { mobile: '+4915112345679' }] } });
    const [last] = await entriesOf('class=access');
    expect(last).toMatchObject({ action: 'read', resource: 'contact' });
    const records = (last?.['changes'] as { field: string; after: string[] }[]).find(({ field }) => field === 'records');
    expect(records?.after.slice().sort()).toEqual(ids.slice().sort());
  }
  const seen = (await entriesOf('class=access')).length;
  const masked = await company.user({ 'contact:*': 'all' }, { 'contact.mobile': 'mask' });
  expect((await masked.get(`/v1/contacts/${ids[0] ?? ''}`)).body['mobile']).toBe('•••78');
  expect(await entriesOf('class=access')).toHaveLength(seen);
});

test('who has no right to the audit gets none of it, and another company has an audit of its own', async () => {
  const id = await contact({ lastName: 'Secret' });
  const seller = await company.user({ 'contact:*': 'all' });
  for (const path of ['entries', 'verify', `records/${id}/as-of?at=2099-01-01T00:00:00Z`, `records/${id}/history?path=lastName`])
    expect((await seller.get(`/v1/audit/${path}`)).body['code']).toBe('access.forbidden');
  const other = await api.company();
  expect(await entriesOf(`record=${id}`, other.admin)).toEqual([]);
  expect((await other.admin.get(`/v1/audit/records/${id}/as-of?at=2099-01-01T00:00:00Z`)).body['code']).toBe('audit.no_such_record');
  expect((await other.admin.post('/v1/audit/export', {})).text).not.toContain(id);
  const auditor = await company.user({ '*:read': 'all' });
  expect((await auditor.get('/v1/audit/verify')).body).toMatchObject({ intact: true });
  expect((await auditor.post('/v1/audit/export', {})).body['code']).toBe('access.forbidden');
});

test('the command line says whether the audit is whole, and up to where', async () => {
  const place = { runtime: api.kit.runtime, tenantId: company.tenantId };
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  expect(await verify(place, undefined, say)).toBe(true);
  expect(await verify(place, { knownSeq: 1, knownHash: 'ab'.repeat(32) }, say)).toBe(false);
  expect(lines[0]).toMatch(/^The audit is whole: \d+ links, the last has the hash [0-9a-f]{64}\.$/);
  expect(lines[1]).toMatch(/^The audit is broken at link 1 \(anchor_differs\)/);
});

test('nothing went wrong on the way', () => {
  expect(api.defects).toEqual([]);
});
