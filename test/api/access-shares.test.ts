import { systemActor, type Permissions } from '#kernel/access/actor.js';
import type { Work } from '#kernel/usecase/work.js';
import { tidyShares } from '#modules/identity/jobs/tidy-shares.job.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

// The verbs tried here: record.share, record.unshare, record.list_shares.
let kit: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  kit = await openApiKit();
  company = await kit.company();
  admin = company.admin;
});
afterAll(async () => {
  expect(kit.defects).toEqual([]);
  await kit.close();
});

const own: Permissions = {
  'account:read': 'own',
  'account:update': 'own',
  'account:delete': 'own',
  'account:create': 'own',
  'contact:read': 'own',
  'opportunity:read': 'own',
  'user:read': 'all',
  'team:read': 'all',
  'record:share': 'all',
  'record:unshare': 'all',
  'record:list_shares': 'all',
};
const idOf = (body: Record<string, unknown>) => String(body['id'] ?? Object.entries(body).find(([name]) => name.endsWith('Id'))?.[1]);
const make = async (path: string, body: object) => {
  const answer = await admin.post(path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
  return idOf(answer.body);
};
const account = (ownerId: string, name = 'Shared') => make('/v1/accounts', { name, ownerId });
const share = (who: Client, recordId: string, body: object) => who.post(`/v1/records/${recordId}/shares`, body);
const sees = async (who: Client, id: string) => (await who.get(`/v1/accounts/${id}`)).status === 200;
const change = (who: Client, id: string, body: object, version = 1) =>
  who.patch(`/v1/accounts/${id}`, body, { 'if-match': `"${version}"` });

test('a share opens one record to be read, or also to be updated, and nothing else', async () => {
  const [owner, friend] = [await company.user(own), await company.user(own)];
  const [id, other] = [await account(owner.userId), await account(owner.userId, 'Not shared')];
  await make('/v1/contacts', { lastName: 'Ng', accountId: id, ownerId: owner.userId });
  expect(await sees(friend, id)).toBe(false);
  expect((await share(owner, id, { userId: friend.userId, reason: 'Help' })).status).toBe(201);
  expect([await sees(friend, id), await sees(friend, other)]).toEqual([true, false]);
  // What hangs on the record is judged by its own walls.
  const { data } = await friend.graphql(
    'query ($id: ID!) { account(id: $id) { name can contacts { totalCount } } accounts { nodes { id } } }',
    { id },
  );
  expect(data).toEqual({ account: { name: 'Shared', can: [], contacts: { totalCount: 0 } }, accounts: { nodes: [{ id }] } });
  expect(await change(friend, id, { sector: 'retail' })).toMatchObject({
    status: 403,
    body: { code: 'access.out_of_reach', missing: 'account:update' },
  });

  expect((await share(owner, id, { userId: friend.userId, level: 'write' })).status).toBe(201);
  expect((await change(friend, id, { sector: 'retail' })).status).toBe(200);
  expect((await friend.delete(`/v1/accounts/${id}`, { 'if-match': '"2"' })).body).toMatchObject({
    code: 'access.out_of_reach',
    missing: 'account:delete',
  });
  // Nobody makes a shared record his own, or passes on what he was lent.
  expect((await change(friend, id, { ownerId: friend.userId }, 2)).body).toMatchObject({ code: 'access.owner_out_of_reach' });
  expect((await share(friend, id, { userId: admin.userId })).body).toMatchObject({ code: 'access.out_of_reach' });

  expect((await owner.post(`/v1/records/${id}/unshare`, { userId: friend.userId })).body).toEqual({ removed: true });
  expect((await owner.post(`/v1/records/${id}/unshare`, { userId: friend.userId })).body).toEqual({ removed: false });
  expect(await sees(friend, id)).toBe(false);
  expect((await change(friend, id, { sector: 'medical' }, 2)).status).toBe(404);
});

test('a share with a team is for its users, one of a right that somebody lacks altogether gives nothing', async () => {
  const owner = await company.user(own);
  const [mate, blind] = [await company.user(own), await company.user({ 'user:read': 'all' })];
  const teamId = await make('/v1/teams', { name: 'Task force' });
  for (const { userId } of [mate, blind]) expect((await admin.post(`/v1/users/${userId}/move`, { teamId })).status).toBe(200);
  const id = await account(owner.userId);
  expect((await share(owner, id, { teamId })).status).toBe(201);
  expect(await sees(mate, id)).toBe(true);
  expect((await blind.get(`/v1/accounts/${id}`)).body).toMatchObject({ code: 'access.forbidden', missing: 'account:read' });
  expect((await admin.post(`/v1/users/${mate.userId}/move`, { teamId: null })).status).toBe(200);
  expect(await sees(mate, id)).toBe(false);
  const listed = await owner.get(`/v1/records/${id}/shares`);
  expect(listed.body).toMatchObject({ shares: [{ teamId, userId: null, level: 'read', sharedById: owner.userId }] });
  expect((await mate.get(`/v1/records/${id}/shares`)).status).toBe(404);
});

test('a share ends at its time, by the clock of the database', async () => {
  const [owner, friend] = [await company.user(own), await company.user(own)];
  const id = await account(owner.userId);
  const tomorrow = new Date(kit.kit.clock.now().getTime() + 86_400_000).toISOString();
  expect((await share(owner, id, { userId: friend.userId, until: '2020-01-01T00:00:00Z' })).body).toMatchObject({
    code: 'access.dates_unfit',
  });
  expect((await share(owner, id, { userId: friend.userId, until: tomorrow })).status).toBe(201);
  expect(await sees(friend, id)).toBe(true);
  await kit.kit.asOwner(`update kernel.record_shares set until = now() - interval '1 second' where record_id = $1`, [id], company.tenantId);
  expect(await sees(friend, id)).toBe(false);
});

test('only who may write a record shares it, only with somebody of the company, and only what has an owner', async () => {
  const [owner, friend] = [await company.user(own), await company.user(own)];
  const id = await account(owner.userId);
  const foreign = await kit.company();
  expect((await share(owner, id, { userId: foreign.admin.userId })).body).toMatchObject({ code: 'input.reference_not_found' });
  expect((await share(foreign.admin, id, { userId: foreign.admin.userId })).status).toBe(404);
  expect((await share(friend, id, { userId: friend.userId })).status).toBe(404);
  expect((await share(owner, id, {})).body).toMatchObject({ code: 'role.one_holder' });
  expect((await share(owner, friend.userId, { userId: friend.userId })).body).toMatchObject({ code: 'record.not_shareable' });
  expect((await share(owner, 'nonsense', { userId: friend.userId })).body).toMatchObject({ code: 'record.not_found' });
  const reader = await company.user({ ...own, 'account:read': 'all' });
  expect((await share(reader, id, { userId: reader.userId, level: 'write' })).body).toMatchObject({ code: 'access.out_of_reach' });
});

test('shares are told and kept in the audit', async () => {
  const [owner, friend] = [await company.user(own), await company.user(own)];
  const id = await account(owner.userId);
  await share(owner, id, { userId: friend.userId, level: 'write' });
  await owner.post(`/v1/records/${id}/unshare`, { userId: friend.userId });
  const audit = await kit.kit.asOwner(
    `select action, actor_id, changes from kernel.audit_entries where record_id = $1 and action in ('shared', 'unshared') order by id`,
    [id],
    company.tenantId,
  );
  expect(audit).toMatchObject([
    { action: 'shared', actor_id: owner.userId, changes: { level: [null, 'write'], userId: [null, friend.userId] } },
    { action: 'unshared', changes: { level: ['write', null] } },
  ]);
  const told = await kit.kit.asOwner(
    `select type from kernel.outbox where subject_id = $1 and type like 'identity.%' order by id`,
    [id],
    company.tenantId,
  );
  expect(told.map(({ type }) => type)).toEqual(['identity.record_shared', 'identity.record_unshared']);
});

test('figures count what is shared and what lies in a territory, as lists do', async () => {
  const seller = await company.user({ ...own, 'opportunity:read': 'territory', 'analytics:load': 'all', 'opportunity:update': 'own' });
  const territoryId = await make('/v1/territories', { name: 'Count' });
  expect((await admin.post(`/v1/territories/${territoryId}/assign`, { userId: seller.userId })).status).toBe(200);
  const pipelineId = await make('/v1/pipelines', { name: 'Counted', position: 1 });
  await make('/v1/stages', { name: 'First', pipelineId, position: 1, kind: 'open', probability: 10 });
  const deal = (body: object) => make('/v1/opportunities', { pipelineId, ownerId: admin.userId, ...body });
  await deal({ name: 'Beyond' });
  await deal({ name: 'In the territory', territoryId });
  const shared = await deal({ name: 'Shared' });
  expect((await share(admin, shared, { userId: seller.userId })).status).toBe(201);
  await kit.kit.drain();
  const query = encodeURIComponent(JSON.stringify({ measures: ['opportunities.count'] }));
  const { body } = await seller.get(`/v1/analytics/load?query=${query}`);
  expect(body['data']).toEqual([{ 'opportunities.count': '2' }]);
  expect((await seller.graphql('{ opportunities { totalCount } }')).data).toEqual({ opportunities: { totalCount: 2 } });
});

test('shares of records that are gone, and those that ended a month ago, are tidied away; the others stay', async () => {
  const [owner, friend] = [await company.user(own), await company.user(own)];
  const [kept, gone, ended, running] = [
    await account(owner.userId),
    await account(owner.userId),
    await account(owner.userId),
    await account(owner.userId),
  ];
  const inDays = (days: number) => new Date(kit.kit.clock.now().getTime() + days * 86_400_000).toISOString();
  for (const id of [kept, gone]) expect((await share(owner, id, { userId: friend.userId })).status).toBe(201);
  expect((await share(owner, ended, { userId: friend.userId, until: inDays(1) })).status).toBe(201);
  expect((await share(owner, running, { userId: friend.userId, until: inDays(60) })).status).toBe(201);
  expect((await owner.delete(`/v1/accounts/${gone}`, { 'if-match': '"1"' })).status).toBe(204);
  const other = await kit.company();
  const theirs = await other.user(own);
  const foreign = await other.admin.post('/v1/accounts', { name: 'Elsewhere' });
  expect((await share(other.admin, String(foreign.body['id']), { userId: theirs.userId, until: inDays(1) })).status).toBe(201);

  const left = async (tenantId: string, at: string) => {
    const actor = systemActor('tidy');
    const work = { tenantId, actor, cause: { command: 'identity.tidy_shares' } };
    await kit.kit.runtime.withWork(work, (open) => tidyShares.run({}, Object.create(open, { now: { value: new Date(at) } }) as Work));
    const rows = await kit.kit.asOwner(
      'select record_id from kernel.record_shares where principal_id = any($1)',
      [[friend.userId, theirs.userId]],
      tenantId,
    );
    return rows.map((row) => String(row['record_id'])).sort();
  };
  expect(await left(company.tenantId, inDays(20))).toEqual([kept, ended, running].sort());
  expect(await left(company.tenantId, inDays(40))).toEqual([kept, running].sort());
  expect(await sees(friend, kept)).toBe(true);
  expect(await left(other.tenantId, inDays(0))).toHaveLength(1);
});
