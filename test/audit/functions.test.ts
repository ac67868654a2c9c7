import { setTimeout as sleep } from 'node:timers/promises';
import { allModules } from '#app/modules.js';
import { systemActor, type Actor } from '#kernel/access/actor.js';
import { erasePerson } from '#kernel/audit/erase-person.js';
import { exportAudit } from '#kernel/audit/export-audit.js';
import { fieldHistory } from '#kernel/audit/field-history.js';
import { placeHold } from '#kernel/audit/place-hold.js';
import { liftHold } from '#kernel/audit/lift-hold.js';
import { recordAsOf } from '#kernel/audit/record-as-of.js';
import { restoreFields } from '#kernel/audit/restore-fields.js';
import { searchAudit } from '#kernel/audit/search-audit.js';
import { verifyAudit } from '#kernel/audit/verify-audit.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Activity } from '#modules/customers/activity/activity.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';

let kit: Kit;
let tenant: TestTenant;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  tenant = await kit.tenant();
});
afterAll(() => kit.close());

const from = (text: string) => new Date(text);
/** What is done at a time of its own. */
async function at<T>(text: string, run: () => Promise<T>): Promise<T> {
  kit.clock.set(from(text));
  return run();
}

/** A contact that changes on three days of May 2026. */
async function changingContact(): Promise<string> {
  const repo = <T>(run: Parameters<typeof tenant.work<T>>[0]) => tenant.work(run);
  const { id } = await at('2026-05-01T10:00:00Z', () =>
    repo((work) =>
      work.repo(Contact).create({ lastName: 'Ada', email: 'ada@example.test', doNotCall: false, address: { city: 'Bonn', country: 'DE' } }),
    ),
  );
  await at('2026-05-02T10:00:00Z', () =>
    repo((work) => work.repo(Contact).update(id, { lastName: 'Berta', address: { city: 'Bonn', country: 'DE', street: 'Am Hof 1' } })),
  );
  await at('2026-05-03T10:00:00Z', () =>
    repo((work) => work.repo(Contact).update(id, { lastName: 'Carla', doNotCall: true, address: { city: 'Köln', country: 'DE' } })),
  );
  return id;
}

const asOf = (recordId: string, time: string, actor?: Actor) => tenant.run(recordAsOf, { recordId, at: from(time) }, actor);

describe('a record as it was', () => {
  test('has its values of that time, before it was made none, and after its deletion none', async () => {
    const id = await changingContact();
    expect(await asOf(id, '2026-05-01T12:00:00Z')).toMatchObject({
      exists: true,
      values: { lastName: 'Ada', doNotCall: false, address: { city: 'Bonn' } },
    });
    expect(await asOf(id, '2026-05-02T12:00:00Z')).toMatchObject({ values: { lastName: 'Berta', address: { street: 'Am Hof 1' } } });
    expect(await asOf(id, '2026-05-04T12:00:00Z')).toMatchObject({ values: { lastName: 'Carla', doNotCall: true }, unreadable: [] });
    expect(await asOf(id, '2026-04-30T12:00:00Z')).toMatchObject({ exists: false, values: {} });
    await at('2026-05-05T10:00:00Z', () => tenant.work((work) => work.repo(Contact).delete(id)));
    expect(await asOf(id, '2026-05-06T12:00:00Z')).toMatchObject({ exists: false });
    expect(await asOf(id, '2026-05-02T12:00:00Z')).toMatchObject({
      exists: true,
      values: { lastName: 'Berta', email: 'ada@example.test' },
    });
  });

  test('is found in the order of the writing, whatever two clocks say', async () => {
    const { id } = await at('2026-05-01T10:00:10Z', () => tenant.work((work) => work.repo(Contact).create({ lastName: 'first' })));
    await at('2026-05-01T10:00:05Z', () => tenant.work((work) => work.repo(Contact).update(id, { lastName: 'second' })));
    expect(await asOf(id, '2026-05-01T10:00:07Z')).toMatchObject({ exists: false });
    expect(await asOf(id, '2026-05-01T10:00:11Z')).toMatchObject({ values: { lastName: 'second' } });
  });

  test('keeps long texts as their differences and gives them back whole', async () => {
    const before = `${'Langer Text. '.repeat(200)}MITTE😀${'Mehr davon. '.repeat(200)}`;
    const after = before.replace('MITTE😀', 'MITTE😁 und mehr');
    kit.clock.set(from('2026-05-01T10:00:00Z'));
    const ownerId = tenant.admin.userId ?? '';
    const { id } = await tenant.work((work) => work.repo(Activity).create({ kind: 'task', subject: 'x', notes: before, ownerId }));
    await at('2026-05-02T10:00:00Z', () => tenant.work((work) => work.repo(Activity).update(id, { notes: after })));
    const [{ n } = {}] = await kit.asOwner(
      'select max(length(changes::text)) as n from kernel.audit_entries where record_id = $1 and action = $2',
      [id, 'updated'],
      tenant.id,
    );
    expect(Number(n)).toBeLessThan(300);
    expect(await tenant.run(recordAsOf, { recordId: id, at: from('2026-05-01T12:00:00Z') })).toMatchObject({
      values: { notes: before },
    });
    expect(await tenant.run(recordAsOf, { recordId: id, at: from('2026-05-03T12:00:00Z') })).toMatchObject({
      values: { notes: after },
    });
  });
});

describe('the history of a field', () => {
  test('tells its values latest first, also of a member', async () => {
    const id = await changingContact();
    const { steps } = await tenant.run(fieldHistory, { recordId: id, path: 'lastName' });
    expect(steps.map(({ before, after }) => [before, after])).toEqual([
      ['Berta', 'Carla'],
      ['Ada', 'Berta'],
      [null, 'Ada'],
    ]);
    const { steps: cities } = await tenant.run(fieldHistory, { recordId: id, path: 'address.city' });
    expect(cities.map(({ after }) => after)).toEqual(['Köln', 'Bonn']);
    const page = await tenant.run(fieldHistory, { recordId: id, path: 'lastName', first: 1 });
    const rest = await tenant.run(fieldHistory, { recordId: id, path: 'lastName', after: page.next ?? '' });
    expect(rest.steps.map(({ after }) => after)).toEqual(['Berta', 'Ada']);
  });

  test('of a field that is defined no more is kept', async () => {
    const { id } = await tenant.work((work) => work.repo(Account).create({ name: 'Kept', ownerId: tenant.admin.userId }));
    await kit.asOwner(
      `insert into kernel.audit_entries (at, actor_kind, actor_label, command, resource, record_id, action, changes)
       values (now(), 'user', 'x', 'account.update', 'account', $1, 'updated', '{"shoeSize": ["41", "42"]}')`,
      [id],
      tenant.id,
    );
    const { steps } = await tenant.run(fieldHistory, { recordId: id, path: 'shoeSize' });
    expect(steps).toMatchObject([{ before: '41', after: '42' }]);
  });
});

describe('restoring', () => {
  const restore = (
    recordId: string,
    fields: string[],
    time: string,
    { actor, ...more }: { dryRun?: boolean; expectedVersion?: number; reason?: string; actor?: Actor } = {},
  ) => tenant.run(restoreFields, { recordId, fields, at: from(time), ...more }, actor);

  test('is an ordinary change that says why; a dry run changes nothing', async () => {
    const id = await changingContact();
    const dry = await restore(id, ['lastName', 'address'], '2026-05-01T12:00:00Z', { dryRun: true });
    expect(dry).toMatchObject({
      applied: false,
      version: 3,
      changes: [{ field: 'lastName', before: 'Carla', after: 'Ada' }, { field: 'address' }],
    });
    const done = await restore(id, ['lastName', 'address', 'email'], '2026-05-01T12:00:00Z', { reason: 'entered by mistake' });
    expect(done).toMatchObject({ applied: true, version: 4 });
    expect(await tenant.work((work) => work.repo(Contact).get(id))).toMatchObject({
      lastName: 'Ada',
      address: { city: 'Bonn' },
      doNotCall: true,
    });
    const { entries } = await tenant.run(searchAudit, { record: id, first: 1 });
    expect(entries).toMatchObject([
      { command: 'audit.restore', action: 'updated', reason: 'entered by mistake', actorType: 'user', actorId: tenant.admin.id },
    ]);
    expect(await restore(id, ['lastName'], '2026-05-01T12:00:00Z')).toMatchObject({ applied: false, version: 4 });
  });

  test('is refused where it cannot be whole, and names why', async () => {
    const id = await changingContact();
    await expect(restore(id, ['lastName', 'nonsense'], '2026-05-01T12:00:00Z')).rejects.toMatchObject({
      code: 'audit.restore_conflict',
      details: { fields: [{ field: 'nonsense', reason: 'no_such_field' }] },
    });
    await expect(restore(id, ['lastName'], '2026-04-01T12:00:00Z')).rejects.toMatchObject({
      code: 'audit.restore_conflict',
      details: { fields: [{ field: 'lastName', reason: 'not_there_then' }] },
    });
    await expect(restore(id, ['lastName'], '2026-05-01T12:00:00Z', { expectedVersion: 1 })).rejects.toMatchObject({
      code: 'contact.version_conflict',
    });
    await tenant.run(erasePerson, { recordId: id, reason: 'asked for it' });
    await expect(restore(id, ['lastName'], '2026-05-01T12:00:00Z')).rejects.toMatchObject({
      code: 'audit.restore_conflict',
      details: { fields: [{ field: 'lastName', reason: 'erased' }] },
    });
    expect(await tenant.work((work) => work.repo(Contact).get(id))).toMatchObject({ lastName: 'Carla', version: 3 });
  });

  test('what a value pointed at may be gone', async () => {
    kit.clock.set(from('2026-05-01T10:00:00Z'));
    const account = await tenant.work((work) => work.repo(Account).create({ name: 'Gone soon', ownerId: tenant.admin.userId }));
    const { id } = await tenant.work((work) => work.repo(Contact).create({ lastName: 'X', accountId: account.id }));
    await at('2026-05-02T10:00:00Z', () => tenant.work((work) => work.repo(Contact).update(id, { accountId: null })));
    await tenant.work((work) => work.repo(Account).delete(account.id));
    await expect(restore(id, ['accountId'], '2026-05-01T12:00:00Z')).rejects.toMatchObject({ code: 'audit.restore_conflict' });
  });

  test('takes the right to change the record, and each of its fields', async () => {
    const id = await changingContact();
    const reader = await tenant.user({ permissions: { 'contact:read': 'all', 'audit:*': 'all' } });
    await expect(restore(id, ['lastName'], '2026-05-01T12:00:00Z', { actor: reader.actor })).rejects.toMatchObject({
      code: 'access.forbidden',
    });
    const narrow = await tenant.user({ permissions: { '*': 'all' }, fieldRights: { 'contact.lastName': 'read' } });
    await expect(restore(id, ['lastName'], '2026-05-01T12:00:00Z', { actor: narrow.actor })).rejects.toMatchObject({
      code: 'access.field_forbidden',
    });
    const own = await tenant.user({ permissions: { 'contact:*': 'own', 'audit:*': 'all' } });
    await expect(restore(id, ['doNotCall'], '2026-05-01T12:00:00Z', { actor: own.actor })).rejects.toMatchObject({
      code: 'contact.not_found',
    });
  });
});

describe('personal values', () => {
  test('are not in the clear anywhere in the audit, and readable to who may', async () => {
    const id = await changingContact();
    const stored = await kit.asOwner('select e::text as text from kernel.audit_entries e where record_id = $1', [id], tenant.id);
    expect(stored.length).toBe(3);
    for (const secret of ['Ada', 'Berta', 'ada@example.test', 'Bonn']) expect(JSON.stringify(stored)).not.toContain(secret);
    const { entries } = await tenant.run(searchAudit, { record: id });
    expect(entries.at(-1)?.changes).toContainEqual({ field: 'email', before: null, after: 'ada@example.test', erased: false });
  });

  test('are gone for good with the key of the record, and the chain holds', async () => {
    const id = await changingContact();
    await kit.drain();
    const other = await changingContact();
    expect(await tenant.run(erasePerson, { recordId: id, reason: 'asked for it' })).toEqual({ keys: 1 });
    expect(await tenant.run(erasePerson, { recordId: id, reason: 'again' })).toEqual({ keys: 0 });
    const { entries } = await tenant.run(searchAudit, { record: id });
    expect(entries[0]).toMatchObject({ action: 'erased', reason: 'again', class: 'security' });
    expect(entries.at(-1)?.changes).toContainEqual({ field: 'lastName', before: null, after: null, erased: true });
    expect(entries.at(-1)?.changes).toContainEqual({ field: 'doNotCall', before: null, after: false, erased: false });
    expect(await asOf(id, '2026-05-01T12:00:00Z')).toMatchObject({
      values: { lastName: null, doNotCall: false },
      unreadable: expect.arrayContaining(['lastName', 'address']),
    });
    expect(await asOf(other, '2026-05-01T12:00:00Z')).toMatchObject({ values: { lastName: 'Ada' }, unreadable: [] });
    const { steps } = await tenant.run(fieldHistory, { recordId: id, path: 'lastName' });
    expect(steps.every(({ erased, before, after }) => erased && before === null && after === null)).toBe(true);
    await tenant.work((work) => work.repo(Contact).update(id, { lastName: 'Later' }));
    const { steps: later } = await tenant.run(fieldHistory, { recordId: id, path: 'lastName', first: 1 });
    expect(later).toMatchObject([{ erased: false, after: 'Later' }]);
    await kit.drain();
    expect(await tenant.run(verifyAudit, {})).toMatchObject({ intact: true });
  });

  test('stay while a legal hold covers the record', async () => {
    const id = await changingContact();
    const { legalHoldId } = await tenant.run(placeHold, { name: 'Az. 4 O 1/26', record: id, reason: 'law suit' });
    await expect(tenant.run(erasePerson, { recordId: id, reason: 'x' })).rejects.toMatchObject({
      code: 'audit.on_hold',
    });
    await tenant.run(liftHold, { legalHoldId, reason: 'settled' });
    await expect(tenant.run(liftHold, { legalHoldId, reason: 'settled' })).rejects.toMatchObject({ code: 'legal_hold.over' });
    expect(await tenant.run(erasePerson, { recordId: id, reason: 'x' })).toEqual({ keys: 1 });
  });
});

describe('who may see what', () => {
  test('a reader without the right to a field learns nothing of it, by no way', async () => {
    const id = await changingContact();
    await at('2026-05-04T10:00:00Z', () => tenant.work((work) => work.repo(Contact).update(id, { email: 'new@example.test' })));
    const { actor } = await tenant.user({
      permissions: { '*': 'all' },
      fieldRights: { 'contact.email': 'hide', 'contact.lastName': 'mask' },
    });
    const { entries } = await tenant.run(searchAudit, { record: id }, actor);
    expect(entries.length).toBe(3);
    const text = JSON.stringify([entries, await asOf(id, '2026-05-02T12:00:00Z', actor), await tenant.run(exportAudit, {}, actor)]);
    for (const secret of ['email', 'ada@example', 'Berta', 'Carla']) expect(text).not.toContain(secret);
    await expect(tenant.run(fieldHistory, { recordId: id, path: 'email' }, actor)).rejects.toMatchObject({
      code: 'access.field_forbidden',
    });
    await expect(tenant.run(searchAudit, { resource: 'contact', field: 'email' }, actor)).rejects.toMatchObject({
      code: 'access.field_forbidden',
    });
    await tenant.run(erasePerson, { recordId: id, reason: 'x' });
    expect(JSON.stringify(await tenant.run(searchAudit, { record: id }, actor))).not.toContain('email');
    expect(JSON.stringify(await asOf(id, '2026-05-02T12:00:00Z', actor))).not.toContain('email');
  });

  test('records out of reach are not in the audit, nor is anything of another company', async () => {
    const mine = await tenant.user({ permissions: { 'account:read': 'own', 'audit:read': 'all' } });
    const own = await tenant.work((work) => work.repo(Account).create({ name: 'Mine', ownerId: mine.id }));
    const other = await tenant.work((work) => work.repo(Account).create({ name: 'Theirs', ownerId: tenant.admin.userId }));
    const seen = async (actor: Actor) => (await tenant.run(searchAudit, {}, actor)).entries.map((entry) => entry.recordId);
    expect(await seen(mine.actor)).toEqual([own.id]);
    await kit.drain();
    expect(await seen(mine.actor)).toEqual([own.id]);
    await expect(tenant.run(recordAsOf, { recordId: other.id, at: new Date() }, mine.actor)).rejects.toMatchObject({
      code: 'audit.no_such_record',
    });
    await expect(tenant.run(fieldHistory, { recordId: other.id, path: 'name' }, mine.actor)).rejects.toMatchObject({
      code: 'audit.no_such_record',
    });
    await tenant.work((work) => work.repo(Account).delete(other.id));
    await expect(tenant.run(recordAsOf, { recordId: other.id, at: new Date() }, mine.actor)).rejects.toMatchObject({
      code: 'audit.no_such_record',
    });
    const stranger = await kit.tenant();
    expect((await stranger.run(searchAudit, { record: own.id })).entries).toEqual([]);
    await expect(stranger.run(recordAsOf, { recordId: own.id, at: new Date() })).rejects.toMatchObject({
      code: 'audit.no_such_record',
    });
    await expect(stranger.run(erasePerson, { recordId: own.id, reason: 'x' })).rejects.toMatchObject({
      code: 'audit.no_such_record',
    });
    const nobody = await tenant.user({ permissions: { 'account:read': 'all' } });
    await expect(tenant.run(searchAudit, {}, nobody.actor)).rejects.toMatchObject({ code: 'access.forbidden' });
  });
});

test('the audit is searched page by page, also where its latest entries have no link yet', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 7; i++) {
    if (i === 4) await kit.drain();
    const { id } = await tenant.work((work) => work.repo(Account).create({ name: `A${i}`, ownerId: tenant.admin.userId }));
    ids.unshift(id);
  }
  const found: string[] = [];
  let after: string | null | undefined = null;
  do {
    const page: { entries: readonly { recordId: string }[]; next?: string | null | undefined } = await tenant.run(searchAudit, {
      resource: 'account',
      first: 2,
      ...(after ? { after } : {}),
    });
    found.push(...page.entries.map((entry) => entry.recordId));
    after = page.next;
    if (found.length === 4) await kit.drain();
  } while (after);
  expect(found).toEqual(ids);
  await expect(tenant.run(searchAudit, { after: 'nonsense' })).rejects.toMatchObject({ code: 'audit.bad_cursor' });
});

test('an export hands out the chain with what it is made of, and is an entry itself', async () => {
  const { id } = await tenant.work((work) => work.repo(Account).create({ name: 'Exported', ownerId: tenant.admin.userId }));
  // Other tests on the same server hold links up for as long as their transactions last.
  for (;;) {
    await kit.drain();
    const { entries } = await tenant.run(searchAudit, { record: id });
    if (entries.every(({ seq }) => seq !== null)) break;
    await sleep(20);
  }
  const first = await tenant.run(exportAudit, { most: 1 });
  expect(first).toMatchObject({ links: [{ seq: 1, prevHash: null }], nextSeq: 2 });
  const { links } = await tenant.run(exportAudit, { fromSeq: 2 });
  expect(links).toContainEqual(expect.objectContaining({ content: expect.stringContaining('Exported') }));
  const { entries } = await tenant.run(searchAudit, { class: 'export' });
  expect(entries.map(({ action, actorId }) => [action, actorId])).toEqual([
    ['exported', tenant.admin.id],
    ['exported', tenant.admin.id],
  ]);
});

test('what the system does for somebody is said to be his, and what a key or a stand-in does names whom for', async () => {
  const { id, actor } = await tenant.user({ permissions: { '*': 'all' } });
  const entryOf = async (recordId: string) => (await tenant.run(searchAudit, { record: recordId, first: 1 })).entries[0];
  const create = (who: Actor, ownerId: string, twin = false) =>
    tenant.work(async (work) => (await (twin ? work.system : work).repo(Account).create({ name: 'x', ownerId })).id, who);
  expect(await entryOf(await create(actor, id, true))).toMatchObject({ actorType: 'user', actorId: id, onBehalfOf: null });
  const key: Actor = { ...actor, kind: 'api_key', id: '0199aaaa-0000-7000-8000-000000000001', label: 'key' };
  expect(await entryOf(await create(key, id))).toMatchObject({ actorType: 'api_key', actorId: key.id, onBehalfOf: id });
  expect(await entryOf(await create(key, id, true))).toMatchObject({ actorType: 'api_key', actorId: key.id, onBehalfOf: id });
  const standIn: Actor = { ...actor, ownUserIds: [id, tenant.admin.id ?? ''] };
  expect(await entryOf(await create(standIn, tenant.admin.id ?? ''))).toMatchObject({ actorId: id, onBehalfOf: tenant.admin.id });
  expect(await entryOf(await create(systemActor('flow', 'workflow'), id))).toMatchObject({ actorType: 'workflow', actorLabel: 'flow' });
});
