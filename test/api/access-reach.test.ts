import type { Permissions } from '#kernel/access/actor.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

// The verbs tried here: territory.create, territory.move, territory.assign, territory.unassign, reporting_line.begin, reporting_line.end,
// delegation.begin, delegation.end.
let kit: ApiKit;
beforeAll(async () => {
  kit = await openApiKit();
});
afterAll(async () => {
  expect(kit.defects).toEqual([]);
  await kit.close();
});

const idOf = (body: Record<string, unknown>) => String(body['id'] ?? Object.entries(body).find(([name]) => name.endsWith('Id'))?.[1]);

/** The name of every account a client sees, by REST and by GraphQL, which must agree. */
async function accountsOf(client: Client): Promise<string[]> {
  const { body, status, text } = await client.get('/v1/accounts?limit=200&fields=name');
  if (status !== 200) throw new Error(text);
  const names = (body['data'] as { name: string }[]).map(({ name }) => name).sort();
  const { data } = await client.graphql('{ accounts(first: 200) { nodes { name } totalCount } }');
  const { nodes, totalCount } = data?.['accounts'] as { nodes: { name: string }[]; totalCount: number };
  expect([nodes.map(({ name }) => name).sort(), totalCount]).toEqual([names, names.length]);
  return names;
}

interface Office {
  readonly company: Company;
  readonly admin: Client;
  team(name: string, parentId?: string): Promise<string>;
  territory(name: string, parentId?: string): Promise<string>;
  person(permissions: Permissions, place?: { teamId?: string; managerId?: string }): Promise<Client>;
  account(name: string, ownerId: string | null, territoryId?: string): Promise<string>;
  done(path: string, body?: unknown): Promise<Record<string, unknown>>;
}

async function office(): Promise<Office> {
  const company = await kit.company();
  const { admin } = company;
  const done: Office['done'] = async (path, body = {}) => {
    const answer = await admin.post(path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  return {
    company,
    admin,
    done,
    team: async (name, parentId) => idOf(await done('/v1/teams', { name, ...(parentId ? { parentId } : {}) })),
    territory: async (name, parentId) => idOf(await done('/v1/territories', { name, ...(parentId ? { parentId } : {}) })),
    person: async (permissions, place = {}) => {
      const client = await company.user(permissions);
      if (Object.keys(place).length > 0) await done(`/v1/users/${client.userId}/move`, place);
      return client;
    },
    account: async (name, ownerId, territoryId) => {
      const id = idOf(await done('/v1/accounts', { name, ownerId: ownerId ?? admin.userId, ...(territoryId ? { territoryId } : {}) }));
      // A new record belongs to its maker; only later can it belong to nobody.
      if (ownerId === null) expect((await admin.patch(`/v1/accounts/${id}`, { ownerId: null }, { 'if-match': '"1"' })).status).toBe(200);
      return id;
    },
  };
}

const reads = (reach: string): Permissions => ({ 'account:read': reach as Permissions[string], 'user:read': 'all' });

describe('how far a right reaches', () => {
  test('each reach covers its rows and no others, and a record without an owner is for territory and all only', async () => {
    const o = await office();
    const [north, south] = [await o.territory('North'), await o.territory('South')];
    const city = await o.territory('City', north);
    const team = await o.team('Sellers');
    const [boss, mate, report, grandReport, stranger] = [
      await o.person({}, { teamId: team }),
      await o.person({}, { teamId: team }),
      await o.person({}),
      await o.person({}),
      await o.person({}),
    ];
    await o.done(`/v1/users/${report.userId}/move`, { managerId: boss.userId });
    await o.done(`/v1/users/${grandReport.userId}/move`, { managerId: report.userId });
    await o.done(`/v1/territories/${north}/assign`, { userId: boss.userId });
    await o.account('own', boss.userId);
    await o.account('team', mate.userId);
    await o.account('report', report.userId);
    await o.account('grand report', grandReport.userId, south);
    await o.account('north', stranger.userId, north);
    await o.account('nobody in the city', null, city);
    await o.account('nobody', null);
    await o.account('stranger', stranger.userId, south);
    const roleId = idOf(await o.done('/v1/roles', { key: 'probe', name: 'Probe', permissions: {} }));
    await o.done(`/v1/roles/${roleId}/assign`, { userId: boss.userId });
    const seen = async (reach: string) => {
      const changed = await o.admin.patch(`/v1/roles/${roleId}`, { permissions: reads(reach) });
      expect(changed.status).toBe(200);
      return accountsOf(boss);
    };
    expect(await seen('own')).toEqual(['own']);
    expect(await seen('team')).toEqual(['own', 'team']);
    expect(await seen('subtree')).toEqual(['grand report', 'own', 'report']);
    expect(await seen('territory')).toEqual(['nobody in the city', 'north', 'own']);
    expect(await seen('territory+team')).toEqual(['nobody in the city', 'north', 'own', 'team']);
    expect(await seen('team+subtree')).toEqual(['grand report', 'own', 'report', 'team']);
    expect(await seen('all')).toHaveLength(8);
  });

  test('roles of incomparable reach add up, a denial takes away from all of them', async () => {
    const o = await office();
    const territory = await o.territory('East');
    const team = await o.team('East team');
    const [seller, mate] = [await o.person(reads('team'), { teamId: team }), await o.person({}, { teamId: team })];
    await o.done(`/v1/territories/${territory}/assign`, { userId: seller.userId });
    await o.account('mate', mate.userId);
    await o.account('east', null, territory);
    expect(await accountsOf(seller)).toEqual(['mate']);
    const second = idOf(await o.done('/v1/roles', { key: 'east', name: 'East', permissions: reads('territory') }));
    await o.done(`/v1/roles/${second}/assign`, { userId: seller.userId });
    expect(await accountsOf(seller)).toEqual(['east', 'mate']);
    const none = idOf(await o.done('/v1/roles', { key: 'none', name: 'None', permissions: {}, denies: ['account:*'] }));
    await o.done(`/v1/roles/${none}/assign`, { userId: seller.userId });
    expect((await seller.get('/v1/accounts')).body).toMatchObject({ code: 'access.forbidden', missing: 'account:read' });
    const { body } = await seller.get('/v1/me');
    expect(body).toMatchObject({ denies: ['account:*'], teamIds: [team], territoryIds: [territory] });
    expect(body['rights']).toEqual([{ right: 'user:read', reach: 'all' }]);
  });

  test('roles count only within their dates, and those of a team for its users only', async () => {
    const o = await office();
    const top = await o.team('Top');
    const below = await o.team('Below', top);
    const [inTop, inBelow] = [await o.person({}, { teamId: top }), await o.person({}, { teamId: below })];
    const roleId = idOf(await o.done('/v1/roles', { key: 'team', name: 'Of a team', permissions: reads('all') }));
    await o.done(`/v1/roles/${roleId}/assign`, { teamId: top });
    expect(await accountsOf(inTop)).toEqual([]);
    expect((await inBelow.get('/v1/accounts')).status).toBe(403);
    await o.done(`/v1/roles/${roleId}/unassign`, { teamId: top });
    expect((await inTop.get('/v1/accounts')).status).toBe(403);
    const tomorrow = new Date(kit.kit.clock.now().getTime() + 86_400_000).toISOString();
    const later = { userId: inTop.userId, validFrom: tomorrow };
    await o.done(`/v1/roles/${roleId}/assign`, later);
    expect((await inTop.get('/v1/accounts')).status).toBe(403);
    expect(
      (await o.admin.post(`/v1/roles/${roleId}/assign`, { userId: inTop.userId, validUntil: '2020-01-01T00:00:00Z' })).body,
    ).toMatchObject({
      code: 'access.dates_unfit',
    });
    expect((await o.admin.post(`/v1/roles/${roleId}/assign`, { userId: inTop.userId, teamId: top })).body).toMatchObject({
      code: 'role.one_holder',
    });
  });

  test('dated lines count in place of the manager, and no circle can be closed at any time of theirs', async () => {
    const o = await office();
    const [boss, deputy, rep] = [await o.person(reads('subtree')), await o.person(reads('subtree')), await o.person({})];
    await o.done(`/v1/users/${rep.userId}/move`, { managerId: boss.userId });
    await o.account('of the rep', rep.userId);
    expect([await accountsOf(boss), await accountsOf(deputy)]).toEqual([['of the rep'], []]);
    const line = idOf(await o.done('/v1/reporting-lines', { userId: rep.userId, managerId: deputy.userId }));
    expect([await accountsOf(boss), await accountsOf(deputy)]).toEqual([[], ['of the rep']]);
    const begin = (body: object) => o.admin.post('/v1/reporting-lines', body);
    const nextYear = new Date(kit.kit.clock.now().getTime() + 365 * 86_400_000).toISOString();
    expect((await begin({ userId: deputy.userId, managerId: rep.userId, validFrom: nextYear })).body).toMatchObject({
      code: 'user.manager_circle',
    });
    expect((await begin({ userId: rep.userId, managerId: rep.userId })).body).toMatchObject({ code: 'user.manager_circle' });
    expect((await begin({ userId: rep.userId, managerId: boss.userId, validFrom: nextYear })).body).toMatchObject({
      code: 'reporting_line.overlaps',
    });
    await o.done(`/v1/reporting-lines/${line}/end`);
    expect([await accountsOf(boss), await accountsOf(deputy)]).toEqual([['of the rep'], []]);
  });

  test('who stands in for somebody reaches what the other would reach with the same right, until the day', async () => {
    const o = await office();
    const delegates: Permissions = { ...reads('subtree'), 'delegation:begin': 'own', 'delegation:end': 'own', 'delegation:read': 'own' };
    const [boss, deputy, rep] = [await o.person(delegates), await o.person(delegates), await o.person({})];
    await o.done(`/v1/users/${rep.userId}/move`, { managerId: boss.userId });
    await o.account('of the rep', rep.userId);
    await o.account('of the boss', boss.userId);
    expect(await accountsOf(deputy)).toEqual([]);
    const until = new Date(kit.kit.clock.now().getTime() + 86_400_000).toISOString();
    const begun = await boss.post('/v1/delegations', { delegateId: deputy.userId, validUntil: until, reason: 'Leave' });
    expect(begun.status).toBe(201);
    expect(await accountsOf(deputy)).toEqual(['of the boss', 'of the rep']);
    // A stand-in does not pass it on, and nobody names one for others.
    for (const userId of [boss.userId, rep.userId])
      expect(
        (await deputy.post('/v1/delegations', { userId, delegateId: rep.userId === userId ? boss.userId : rep.userId, validUntil: until }))
          .body,
      ).toMatchObject({
        code: 'delegation.out_of_reach',
      });
    expect((await deputy.post(`/v1/delegations/${idOf(begun.body)}/end`)).status).toBe(200);
    expect(await accountsOf(deputy)).toEqual([]);
  });

  test('inactive territories give nothing, and territories do not go round in a circle', async () => {
    const o = await office();
    const [seller, high] = [await o.person(reads('territory')), await o.territory('High')];
    const low = await o.territory('Low', high);
    await o.account('low', null, low);
    await o.done(`/v1/territories/${high}/assign`, { userId: seller.userId });
    expect(await accountsOf(seller)).toEqual(['low']);
    expect((await o.admin.post(`/v1/territories/${high}/move`, { parentId: low })).body).toMatchObject({ code: 'territory.circle' });
    expect((await o.admin.patch(`/v1/territories/${high}`, { active: false }, { 'if-match': '"1"' })).status).toBe(200);
    expect(await accountsOf(seller)).toEqual([]);
    await o.done(`/v1/territories/${high}/unassign`, { userId: seller.userId });
  });
});

describe('writes', () => {
  test('what may be read and not written is refused with the reach that is missing, what may not be read is not there', async () => {
    const o = await office();
    const team = await o.team('Writers');
    const seller = await o.person({ ...reads('team'), 'account:update': 'own', 'account:delete': 'own' }, { teamId: team });
    const [mate, stranger] = [await o.person({}, { teamId: team }), await o.person({})];
    const [own, ofMate, hidden] = [
      await o.account('own', seller.userId),
      await o.account('mate', mate.userId),
      await o.account('hidden', stranger.userId),
    ];
    const write = (id: string) => seller.patch(`/v1/accounts/${id}`, { sector: 'retail' }, { 'if-match': '"1"' });
    expect((await write(own)).status).toBe(200);
    expect(await write(ofMate)).toMatchObject({
      status: 403,
      body: { code: 'access.out_of_reach', missing: 'account:update', reach: 'own', id: ofMate },
    });
    expect((await seller.delete(`/v1/accounts/${ofMate}`, { 'if-match': '"1"' })).body).toMatchObject({
      code: 'access.out_of_reach',
      missing: 'account:delete',
    });
    expect(await write(hidden)).toMatchObject({ status: 404, body: { code: 'account.not_found' } });
    expect((await o.admin.get(`/v1/accounts/${ofMate}`)).body).toMatchObject({ version: 1, sector: null });
    // Handed to somebody else while it was edited.
    const handed = await o.admin.patch(`/v1/accounts/${own}`, { ownerId: mate.userId }, { 'if-match': '"2"' });
    expect(handed.status).toBe(200);
    expect((await seller.patch(`/v1/accounts/${own}`, { sector: 'medical' }, { 'if-match': '"2"' })).status).toBe(403);
  });

  test('a row is handed only to those the right reaches, or into a territory that it reaches', async () => {
    const o = await office();
    const [mine, other] = [await o.territory('Mine'), await o.territory('Other')];
    const [seller, stranger] = [
      await o.person({ ...reads('territory'), 'account:*': 'territory', 'territory:read': 'all' }),
      await o.person({}),
    ];
    await o.done(`/v1/territories/${mine}/assign`, { userId: seller.userId });
    const id = await o.account('deal', null, mine);
    const patch = (body: object, version: number) => seller.patch(`/v1/accounts/${id}`, body, { 'if-match': `"${version}"` });
    expect((await patch({ ownerId: stranger.userId }, 2)).status).toBe(200);
    expect((await patch({ territoryId: other }, 3)).body).toMatchObject({ code: 'access.owner_out_of_reach', field: 'territoryId' });
    expect((await patch({ territoryId: other, ownerId: seller.userId }, 3)).status).toBe(200);
  });

  test('who may write more than he may read is told no more than id and version', async () => {
    const o = await office();
    const [clerk, seller] = [await o.person({ 'account:create': 'all', 'account:read': 'own', 'user:read': 'all' }), await o.person({})];
    const made = await clerk.post('/v1/accounts', { name: 'Handed over', ownerId: seller.userId });
    expect(made.status).toBe(201);
    expect(Object.keys(made.body).sort()).toEqual(['id', 'version']);
    const create = (selection: string) =>
      clerk.graphql(`mutation ($owner: ID!) { createAccount(input: { name: "Other", ownerId: $owner }) { ${selection} } }`, {
        owner: seller.userId,
      });
    expect((await create('id version __typename')).data).toMatchObject({ createAccount: { version: 1, __typename: 'Account' } });
    expect((await create('id name')).errors?.[0]?.extensions.code).toBe('access.written_unreadable');
    expect(await accountsOf(clerk)).toEqual([]);
  });

  test('a reference names only what its writer may read, and a missing record is answered the same', async () => {
    const o = await office();
    const seller = await o.person({ ...reads('own'), 'account:create': 'own', 'account:update': 'all' });
    const hidden = await o.account('hidden', o.admin.userId);
    const missing = hidden.replace(/.$/, (c) => (c === '0' ? '1' : '0'));
    const answers = await Promise.all([hidden, missing].map((parentId) => seller.post('/v1/accounts', { name: 'Daughter', parentId })));
    for (const { status, body } of answers)
      expect([status, body['code'], body['errors']]).toEqual([400, 'input.reference_not_found', answers[0]?.body['errors']]);
    // The right to update reaches it, but naming it takes the right to read.
    const own = idOf((await seller.post('/v1/accounts', { name: 'Own' })).body);
    expect((await seller.patch(`/v1/accounts/${own}`, { parentId: hidden }, { 'if-match': '"1"' })).body).toMatchObject({
      code: 'input.reference_not_found',
    });
  });
});
