import { allModules } from '#app/modules.js';
import { labellerOf } from '#app/texts/read-labels.js';
import { disableModule } from '#kernel/modules/disable-module.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Designer } from '#modules/customization/testing/designer.js';
import { markRead } from '../mark/mark-read.js';
import { mentionUsers } from '../mark/mention-users.js';
import { pinEntry } from '../mark/pin-entry.js';
import { reactToEntry } from '../mark/react-to-entry.js';
import { sayings } from '../domain/sayings.js';
import { types } from '../domain/types.js';
import { Teller, timeline } from '../testing/teller.js';
import { sourcesOf } from '../feed/sources.js';
import { pageStatement } from './read-entries.js';
import { readMentions } from './read-mentions.js';

let kit: Kit;
let t: TestTenant;
let d: Designer;
let told: Teller;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-02T09:00:00Z'));
  t = await kit.tenant();
  d = new Designer(kit, t);
  told = new Teller(kit, t);
});
afterAll(() => kit.close());

const make = async (name: string, row: Record<string, unknown>) => {
  kit.clock.advance({ minutes: 1 });
  return String((await d.create(name, row))['id']);
};
const mentions = readMentions(labellerOf);

test('every type is said in every language', () => {
  const names = ['created', 'updated', 'deleted', 'linked', 'unlinked', ...types.map(({ name }) => name)].sort();
  for (const words of Object.values(sayings)) expect(Object.keys(words).sort()).toEqual(names);
});

test('another company has no such record, no such entry and no such mention', async () => {
  const account = await make('account', { name: 'Mine' });
  const { entries } = await told.read(account);
  const entryId = entries[0]?.id ?? '';
  const other = await kit.tenant();
  await expect(other.run(timeline, { recordId: account })).rejects.toMatchObject({ code: 'account.not_found' });
  for (const verb of [pinEntry.name, reactToEntry.name, mentionUsers.name]) expect(verb).toMatch(/^timeline\./);
  const refused = { code: 'timeline_entry.not_found' };
  await expect(other.run(pinEntry, { entryId })).rejects.toMatchObject(refused);
  await expect(other.run(reactToEntry, { entryId, reaction: 'like' })).rejects.toMatchObject(refused);
  await expect(other.run(mentionUsers, { entryId, userIds: [other.admin.userId ?? ''] })).rejects.toMatchObject(refused);
  await expect(other.run(markRead, { recordId: account })).rejects.toMatchObject({ code: 'account.not_found' });
  await expect(t.run(mentionUsers, { entryId, userIds: [other.admin.userId ?? ''] })).rejects.toMatchObject({ kind: 'invalid' });
});

test('an entry is told by the rights to the record it tells of', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const seller = await t.user({ permissions: { 'account:read': 'all', 'contact:read': 'own' } });
  await make('contact', { lastName: 'Hidden', accountId: account });
  const own = await make('contact', { lastName: 'Own', accountId: account, ownerId: seller.id });
  await make('activity', { kind: 'call', subject: 'Unheard', ownerId: t.admin.userId, accountId: account });
  const { entries } = await told.read(account, {}, seller.actor);
  expect(entries.map(({ source }) => source.id)).toEqual([own, account]);
  expect(entries[0]?.actor).toMatchObject({ id: t.admin.id, name: null });
  expect(JSON.stringify(entries)).not.toMatch(/Hidden|Unheard/);
  const blind = await t.user({ permissions: { 'contact:read': 'all' } });
  await expect(told.read(account, {}, blind.actor)).rejects.toMatchObject({ code: 'account.not_found' });
});

test('of a hidden field nothing is told: neither that it changed nor what, nor what refers by it', async () => {
  const [one, two] = [await make('account', { name: 'One' }), await make('account', { name: 'Two', parentId: null })];
  const contact = await make('contact', { lastName: 'Ng', accountId: one });
  await d.update('contact', contact, { language: 'fr' });
  kit.clock.advance({ minutes: 1 });
  await d.update('contact', contact, { language: 'de', doNotCall: true });
  const see = async (record: string, fieldRights: Record<string, 'hide' | 'mask'>) =>
    (await told.read(record, {}, (await t.user({ permissions: { '*': 'all' }, fieldRights })).actor)).entries;
  const less = await see(contact, { 'contact.language': 'hide' });
  expect(less.map(({ type, changes }) => [type, changes.map(({ field }) => field)])).toEqual([
    ['contact_updated', ['doNotCall']],
    ['contact_created', []],
  ]);
  expect((await see(contact, { 'contact.language': 'hide', 'contact.doNotCall': 'hide' })).map(({ type }) => type)).toEqual([
    'contact_created',
  ]);
  expect((await see(one, { 'contact.accountId': 'hide' })).map(({ type }) => type)).toEqual(['account_created']);
  expect((await see(one, { 'contact.lastName': 'mask' }))[0]?.source.name).toBe('•••');
  expect((await see(two, {})).map(({ type }) => type)).toEqual(['account_created']);
  const call = await make('activity', { kind: 'call', subject: 'Call', ownerId: t.admin.userId, accountId: one });
  await d.update('activity', call, { doneAt: kit.clock.now().toISOString() });
  expect((await see(one, {})).map(({ type }) => type)).toContain('activity_completed');
  expect((await see(one, { 'activity.doneAt': 'hide' })).map(({ type }) => type)).not.toContain('activity_completed');
});

test('pages follow one another without a gap or anything twice, also through what may not be told', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const seller = await t.user({ permissions: { 'account:read': 'all', 'contact:read': 'own' } });
  for (let i = 0; i < 9; i++) await make('contact', { lastName: `C${i}`, accountId: account, ownerId: i % 3 === 0 ? seller.id : null });
  const walk = async (first: number) => {
    const ids: string[] = [];
    let after: string | null | undefined;
    do {
      const page = await told.read(account, { first, ...(after ? { after } : {}) }, seller.actor);
      ids.push(...page.entries.map(({ id }) => id));
      after = page.next;
    } while (after);
    return ids;
  };
  const whole = await walk(50);
  expect(whole).toHaveLength(4);
  expect(await walk(1)).toEqual(whole);
  expect(await walk(3)).toEqual(whole);
  await expect(told.read(account, { after: 'nonsense' })).rejects.toMatchObject({ code: 'timeline.bad_cursor' });
});

test('a timeline can be asked for types and for who did it; records of other kinds have none', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const colleague = await t.user({ permissions: { '*': 'all' } });
  await d.update('account', account, { sector: 'trade' }, colleague.actor);
  expect((await told.read(account, { types: ['account_updated'] })).entries).toHaveLength(1);
  expect((await told.read(account, { actors: [colleague.id] })).entries.map(({ type }) => type)).toEqual(['account_updated']);
  expect((await told.read(account, { actors: [] })).entries).toEqual([]);
  await expect(told.read(account, { actors: ['nobody'] })).rejects.toMatchObject({ code: 'input.invalid' });
  await expect(told.read(String(t.admin.userId))).rejects.toMatchObject({ code: 'timeline.none' });
  await expect(told.read('nothing')).rejects.toMatchObject({ code: 'record.not_found' });
});

test('a module that is off takes its entries away', async () => {
  const account = await make('account', { name: 'Muster AG' });
  await make('lead', { lastName: 'Ng', ownerId: t.admin.userId });
  await kit.asOwner(
    `insert into timeline.entries select tenant_id, gen_random_uuid(), record_id, at, seq, 'case_created', 'created', 'accountId', 'case', gen_random_uuid(), tells, params, actor_kind, actor_id, actor_label, noted_at from timeline.entries where record_id = $1`,
    [account],
    t.id,
  );
  await told.read(account);
  await kit.asOwner(
    `insert into timeline.entries select tenant_id, gen_random_uuid(), record_id, at, seq, 'case_created', 'created', 'accountId', 'case', gen_random_uuid(), tells, params, actor_kind, actor_id, actor_label, noted_at from timeline.entries where record_id = $1`,
    [account],
    t.id,
  );
  expect(await told.types(account)).toContain('case_created');
  await t.run(disableModule, { key: 'service' });
  expect(await told.types(account)).toEqual(['account_created']);
});

test('what is new since somebody looked is unread, even if it happened before, and his own doing never is', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const reader = await t.user({ permissions: { '*': 'all' } });
  const unread = async () => (await told.read(account, {}, reader.actor)).entries.map(({ type, isUnread }) => [type, isUnread]);
  expect(await unread()).toEqual([['account_created', true]]);
  await t.run(markRead, { recordId: account }, reader.actor);
  expect(await unread()).toEqual([['account_created', false]]);
  kit.clock.advance({ minutes: 1 });
  await d.update('account', account, { sector: 'trade' }, reader.actor);
  await make('contact', { lastName: 'Ng', accountId: account });
  expect(await unread()).toEqual([
    ['contact_created', true],
    ['account_updated', false],
    ['account_created', false],
  ]);
  expect((await told.read(account)).entries.map(({ isUnread }) => isUnread)).toEqual([false, true, false]);
});

test('pins are for everybody and for who may change the record; at most twenty', async () => {
  const account = await make('account', { name: 'Muster AG' });
  for (let i = 0; i < 20; i++) await make('contact', { lastName: `C${i}`, accountId: account });
  const { entries } = await told.read(account);
  const reader = await t.user({ permissions: { '*:read': 'all' } });
  const [first, ...rest] = entries.map(({ id }) => id);
  await expect(t.run(pinEntry, { entryId: first ?? '' }, reader.actor)).rejects.toMatchObject({ code: 'access.forbidden' });
  for (const entryId of rest) await t.run(pinEntry, { entryId });
  await expect(t.run(pinEntry, { entryId: first ?? '' })).rejects.toMatchObject({ code: 'timeline.too_many_pins' });
  expect(await t.run(pinEntry, { entryId: rest[0] ?? '', pinned: false })).toEqual({ isPinned: false });
  expect(await t.run(pinEntry, { entryId: first ?? '' })).toEqual({ isPinned: true });
  const pinned = await told.read(account, { pinned: true }, reader.actor);
  expect(pinned.entries).toHaveLength(20);
  expect(pinned.entries.every(({ isPinned }) => isPinned)).toBe(true);
});

test('reactions are counted once a user and can be taken back', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const { entries } = await told.read(account);
  const entryId = entries[0]?.id ?? '';
  const other = await t.user({ permissions: { 'account:read': 'all' } });
  for (let i = 0; i < 2; i++) await t.run(reactToEntry, { entryId, reaction: 'like' });
  await t.run(reactToEntry, { entryId, reaction: 'like' }, other.actor);
  expect((await told.read(account)).entries[0]?.reactions).toEqual([{ reaction: 'like', count: 2, isMine: true }]);
  await t.run(reactToEntry, { entryId, reaction: 'like', on: false });
  expect((await told.read(account)).entries[0]?.reactions).toEqual([{ reaction: 'like', count: 1, isMine: false }]);
  const blind = await t.user({ permissions: { 'contact:read': 'all' } });
  await expect(t.run(reactToEntry, { entryId, reaction: 'like' }, blind.actor)).rejects.toMatchObject({ code: 'timeline_entry.not_found' });
});

test('who is mentioned finds the entry among his mentions, as far as he may see it', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const { entries } = await told.read(account);
  const entryId = entries[0]?.id ?? '';
  const sees = await t.user({ permissions: { 'account:read': 'all' } });
  const blind = await t.user({ permissions: { 'account:read': 'own' } });
  expect(await t.run(mentionUsers, { entryId, userIds: [sees.id, blind.id] })).toEqual({ mentioned: 2 });
  expect(await t.run(mentionUsers, { entryId, userIds: [sees.id] })).toEqual({ mentioned: 0 });
  expect(await t.run(mentions, {}, sees.actor)).toMatchObject({
    mentions: [{ entryId, byId: t.admin.userId }],
    entries: [{ id: entryId }],
    next: null,
  });
  expect(await t.run(mentions, {}, blind.actor)).toEqual({ mentions: [], entries: [], next: null });
  const first = await t.run(mentions, { first: 1 }, sees.actor);
  expect(await t.run(mentions, { first: 1, after: first.next ?? '' }, sees.actor)).toEqual({ mentions: [], entries: [], next: null });
  expect((await told.read(account)).entries[0]?.mentions).toEqual([sees.id, blind.id].sort());
});

test('a page of a hundred thousand entries is read from the index, in its order, whatever the rights', async () => {
  const account = await make('account', { name: 'Muster AG' });
  await told.read(account);
  await kit.asOwner(
    `insert into timeline.entries
     select e.tenant_id, gen_random_uuid(), e.record_id, e.at - n * interval '1 minute', n, 'contact_created', 'created', 'accountId', 'contact', gen_random_uuid(), '{}', '{}', e.actor_kind, e.actor_id, null, e.noted_at
     from timeline.entries e cross join generate_series(1, 100000) n where e.record_id = $1`,
    [account],
    t.id,
  );
  await kit.asOwner('analyze timeline.entries');
  const narrow = (await t.user({ permissions: { 'account:read': 'all', 'contact:read': 'own' } })).actor;
  for (const actor of [t.admin, narrow]) {
    const plan = await t.work(async (work) => {
      const { text, values } = pageStatement(work, await sourcesOf(work), { recordId: account, most: 51 });
      const { rows } = await work.exec(`explain ${text}`, values);
      return rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    }, actor);
    expect(plan).toContain('entries_record_idx');
    expect(plan).not.toMatch(/Sort|Seq Scan on entries/);
  }
  expect((await told.read(account)).entries).toHaveLength(50);
  const deep = await told.read(account, { first: 1 }, narrow);
  expect(deep.entries.map(({ type }) => type)).toEqual(['account_created']);
  const rest = await told.read(account, { after: deep.next ?? '' }, narrow);
  expect(rest.entries).toEqual([]);
  expect(rest.next).not.toBeNull();
});
