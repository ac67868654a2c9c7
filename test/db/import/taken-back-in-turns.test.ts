import fc from 'fast-check';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { Importer } from './importer.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const columns = [
  { from: 'id', to: 'externalRef' },
  { from: 'name', to: 'name' },
  { from: 'parent', to: 'parentId', lookup: { resource: 'account', by: { externalRef: '{parent}' } } },
];
const firms: StoredMapping = {
  files: [{ name: 'firms.csv' }],
  steps: [{ name: 'firms', resource: 'account', file: 'firms.csv', match: ['externalRef'], columns }],
};
const people: StoredMapping = {
  files: [{ name: 'people.csv' }],
  steps: [
    {
      name: 'people',
      resource: 'contact',
      file: 'people.csv',
      match: ['externalRef'],
      columns: [
        { from: 'id', to: 'externalRef' },
        { from: 'name', to: 'lastName' },
        { from: 'firm', to: 'accountId', lookup: { resource: 'account', by: { externalRef: '{firm}' } } },
      ],
    },
  ],
};
const csv = (rows: readonly string[]) => ({ 'firms.csv': `id,name,parent\n${rows.join('\n')}\n` });
const open = async () => new Importer(kit, await kit.tenant());
const accounts = (i: Importer) => i.tenant.work((work) => work.repo(Account).list({}, { orderBy: ['externalRef'] }));
const names = async (i: Importer) => Object.fromEntries((await accounts(i)).map(({ externalRef, name }) => [externalRef, name]));

test('two imports that changed one record are taken back, the later first, to what there was before', async () => {
  const i = await open();
  await i.tenant.work((work) => work.repo(Account).create({ name: 'Original', externalRef: 'a' }));
  const one = await i.imported(firms, csv(['a,By one,', 'b,Made by one,']));
  const two = await i.imported(firms, csv(['a,By two,b', 'b,Two too,']));
  expect(await i.takenBack(two.id)).toMatchObject({ state: 'reverted', reverted: 3, kept: 0 });
  expect(await names(i)).toEqual({ a: 'By one', b: 'Made by one' });
  expect(await i.takenBack(one.id)).toMatchObject({ state: 'reverted', reverted: 2, kept: 0 });
  expect(await accounts(i)).toMatchObject([{ externalRef: 'a', name: 'Original', parentId: null }]);
});

test('the earlier first: what the later one wrote since is listed and stays, and goes once that is taken back', async () => {
  const i = await open();
  await i.tenant.work((work) => work.repo(Account).create({ name: 'Original', externalRef: 'a' }));
  const one = await i.imported(firms, csv(['a,By one,', 'b,Made by one,', 'c,Left alone,']));
  const two = await i.imported(firms, csv(['a,By two,b', 'b,Two too,']));
  const partly = await i.takenBack(one.id);
  expect(partly).toMatchObject({ state: 'revert_partly', reverted: 1, kept: 2 });
  const kept = (await i.issues(one.id)).filter(([, , rule]) => rule === 'kept');
  expect(kept.map(([line]) => line)).toEqual([2, 3]);
  expect(await names(i)).toEqual({ a: 'By two', b: 'Two too' });

  expect(await i.takenBack(two.id)).toMatchObject({ state: 'reverted', reverted: 3, kept: 0 });
  expect(await names(i)).toEqual({ a: 'By one', b: 'Made by one' });
  expect(await i.takenBack(one.id)).toMatchObject({ state: 'reverted', reverted: 3, kept: 0, issueCount: one.issueCount });
  expect(await names(i)).toEqual({ a: 'Original' });
  await expect(i.takenBack(one.id)).rejects.toMatchObject({ code: 'import.not_now' });
});

test('a firm another import has tied people to stays until those are gone', async () => {
  const i = await open();
  const one = await i.imported(firms, csv(['a,Firm,']));
  const two = await i.imported(people, { 'people.csv': 'id,name,firm\np,Person,a\n' });
  expect(await i.takenBack(one.id)).toMatchObject({ state: 'revert_partly', kept: 1 });
  expect(await i.takenBack(two.id)).toMatchObject({ state: 'reverted', reverted: 1 });
  expect(await i.takenBack(one.id)).toMatchObject({ state: 'reverted', reverted: 1, kept: 0 });
  expect([await names(i), await i.tenant.work((work) => work.repo(Contact).count({}))]).toEqual([{}, 0]);
});

/** What a change is known by: the state it found, and the one it left. */
interface Change {
  readonly record: Model;
  readonly from: object | null;
  readonly to: object;
  readonly name: string;
  isBack: boolean;
}
interface Model {
  readonly key: string;
  name: string;
  state: object;
  isThere: boolean;
}

/** The records as they should be, kept by the plainest means. */
class Expected {
  readonly records: Model[] = [];
  readonly imports: Change[][] = [];

  at(key: string): Model | undefined {
    return this.records.find((record) => record.isThere && record.key === key);
  }

  import(rows: readonly (readonly [string, string])[]): void {
    const changes = rows.flatMap(([key, name]): Change[] => {
      const there = this.at(key);
      const to = {};
      if (!there) {
        const record = { key, name, state: to, isThere: true };
        this.records.push(record);
        return [{ record, from: null, to, name, isBack: false }];
      }
      if (there.name === name) return [];
      const change = { record: there, from: there.state, to, name: there.name, isBack: false };
      Object.assign(there, { name, state: to });
      return [change];
    });
    this.imports.push(changes);
  }

  /** How many records stay. */
  takeBack(at: number): number {
    let kept = 0;
    for (const change of this.imports[at] ?? []) {
      const { record, from, to, name } = change;
      if (change.isBack || (from === null && !record.isThere)) continue;
      if (!record.isThere || record.state !== to) kept += 1;
      else if (from === null) record.isThere = false;
      else {
        Object.assign(record, { name, state: from });
        change.isBack = true;
      }
    }
    return kept;
  }

  get names(): Record<string, string> {
    return Object.fromEntries(this.records.filter(({ isThere }) => isThere).map(({ key, name }) => [key, name]));
  }
}

const key = fc.constantFrom('a', 'b', 'c');
const name = fc.constantFrom('Ann', 'Bob', 'Cid', 'Dot');
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('import' as const), rows: fc.dictionary(key, name, { minKeys: 1, noNullPrototype: true }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take back' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), key, name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Does one thing in the company and in the model. */
async function act(i: Importer, expected: Expected, runs: string[], one: Action): Promise<void> {
  if (one.do === 'import') {
    const rows = Object.entries(one.rows);
    runs.push((await i.imported(firms, csv(rows.map(([id, said]) => `${id},${said},`)))).id);
    expected.import(rows);
  } else if (one.do === 'take back') {
    const at = one.which % Math.max(1, runs.length);
    const id = runs[at];
    if (id === undefined) return;
    const before = await i.tenant.work((work) => work.repo(ImportRun).get(id));
    if (before.state === 'reverted') return expect(i.takenBack(id)).rejects.toMatchObject({ code: 'import.not_now' });
    const run = await i.takenBack(id);
    const kept = expected.takeBack(at);
    expect([run.kept, run.state]).toEqual([kept, kept > 0 ? 'revert_partly' : 'reverted']);
  } else {
    const there = expected.at(one.key);
    const [record] = await i.tenant.work((work) => work.repo(Account).list({ externalRef: one.key }));
    if (!there || !record) return;
    if (one.do === 'delete') {
      await i.tenant.work((work) => work.repo(Account).delete(record.id));
      there.isThere = false;
    } else if (one.name !== there.name) {
      await i.tenant.work((work) => work.repo(Account).update(record.id, { name: one.name }));
      Object.assign(there, { name: one.name, state: {} });
    }
  }
}

test('whatever imports, edits and ways back follow one another, records are as plain bookkeeping says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 14 }), async (actions) => {
      const [i, expected, runs] = [await open(), new Expected(), [] as string[]];
      for (const one of actions) {
        await act(i, expected, runs, one);
        expect(await names(i)).toEqual(expected.names);
      }
    }),
    { numRuns: 5, seed: Number(process.env['REVERT_SEED'] ?? 20_261) },
  );
}, 120_000);
