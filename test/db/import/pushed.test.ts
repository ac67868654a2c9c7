import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { allModules } from '#app/modules.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { cancelImport } from '#modules/imports/import/cancel-import.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { pushRows } from '#modules/imports/import/push-rows.js';
import { dryRunImport, mapImport, startPrepared } from '#modules/imports/import/steer-import.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const definition: StoredMapping = {
  files: [{ name: 'firms.jsonl' }],
  steps: [
    {
      name: 'firms',
      resource: 'account',
      file: 'firms.jsonl',
      match: ['externalRef'],
      columns: [
        { from: 'id', to: 'externalRef' },
        { from: 'name', to: 'name' },
        { from: 'address.city', to: 'address.city' },
      ],
    },
  ],
};
const chunkOf = (chunk: number, size = 3) =>
  Array.from({ length: size }, (_, n) => ({ id: `${chunk}-${n}`, name: `Firm ${chunk}-${n}`, address: { city: 'Köln' } }));
const begin = async (t: TestTenant) => (await t.run(pushRows, { table: 'firms', chunk: 0, rows: chunkOf(0) })).importId;
const runOf = (t: TestTenant, importId: string) => t.work((work) => work.repo(ImportRun).get(importId));

test('rows come in chunks, in any order and twice, and are imported like a file', async () => {
  const t = await kit.tenant();
  const importId = await begin(t);
  const push = (chunk: number, more: { rows?: object[]; complete?: true } = {}) =>
    t.run(pushRows, { importId, table: 'firms', chunk, rows: chunkOf(chunk), ...(more as object) });
  expect(await push(2)).toMatchObject({ state: 'receiving', repeated: false });
  // The first of those who hand over the same chunk at once counts.
  const twice = await Promise.all([push(1), push(1), push(0)]);
  expect(twice.map(({ repeated }) => repeated).sort()).toEqual([false, true, true]);
  await expect(push(1, { rows: [{ id: 'other' }] })).rejects.toMatchObject({ code: 'import.chunk_differs' });
  await expect(t.run(mapImport, { importId, definition })).rejects.toMatchObject({ code: 'import.not_now' });
  expect(await push(3, { complete: true })).toEqual({ importId, state: 'uploaded', repeated: false });
  await expect(push(4)).rejects.toMatchObject({ code: 'import.not_now' });
  await expect(push(3, { rows: [{ id: 'other' }], complete: true })).rejects.toMatchObject({ code: 'import.not_now' });
  // Whoever did not hear the answer to his last call sends it again.
  expect(await push(3, { complete: true })).toEqual({ importId, state: 'uploaded', repeated: true });
  expect(await push(0)).toMatchObject({ repeated: true });
  expect(await push(4, { rows: [], complete: true })).toMatchObject({ repeated: true });
  await kit.drain();
  expect(await push(3, { complete: true })).toEqual({ importId, state: 'analysed', repeated: true });
  expect(await runOf(t, importId)).toMatchObject({
    state: 'analysed',
    tables: [{ name: 'firms.jsonl', rows: 12, columns: ['id', 'name', 'address.city'] }],
  });
  await t.run(mapImport, { importId, definition });
  await t.run(dryRunImport, { importId });
  await kit.drain();
  expect(await runOf(t, importId)).toMatchObject({ state: 'ready', dryRun: { created: 12, rejected: 0 } });
  await t.run(startPrepared, { importId });
  await kit.drain();
  expect(await runOf(t, importId)).toMatchObject({ state: 'finished', created: 12 });
  expect(await t.work((work) => work.repo(Account).count({}))).toBe(12);
});

test('an import that lacks a chunk is not complete, and goes on when it has come', async () => {
  const t = await kit.tenant();
  const importId = await begin(t);
  const last = { importId, table: 'firms', chunk: 2, rows: chunkOf(2), complete: true };
  await expect(t.run(pushRows, last)).rejects.toMatchObject({ code: 'import.chunk_missing', details: { chunk: 1 } });
  expect(await runOf(t, importId)).toMatchObject({ state: 'receiving' });
  await t.run(pushRows, { importId, table: 'firms', chunk: 1, rows: chunkOf(1) });
  expect(await t.run(pushRows, last)).toMatchObject({ state: 'uploaded' });
});

test('nothing is no import, a path is no table, and what is given up takes no more rows', async () => {
  const t = await kit.tenant();
  await expect(t.run(pushRows, { table: 'firms', chunk: 0, rows: [], complete: true })).rejects.toMatchObject({
    code: 'import.file_empty',
  });
  await expect(t.run(pushRows, { table: '../etc', chunk: 0, rows: chunkOf(0) })).rejects.toMatchObject({ code: 'input.invalid' });
  const importId = await begin(t);
  await t.run(cancelImport, { importId });
  await expect(t.run(pushRows, { importId, table: 'firms', chunk: 1, rows: chunkOf(1) })).rejects.toMatchObject({ code: 'import.not_now' });
});

test('neither another company nor somebody without the right adds rows', async () => {
  const [t, other] = [await kit.tenant(), await kit.tenant()];
  const importId = await begin(t);
  const more = { importId, table: 'firms', chunk: 1, rows: chunkOf(1) };
  await expect(other.run(pushRows, more)).rejects.toMatchObject({ kind: 'not_found' });
  const { actor } = await t.user({ permissions: { 'import:read': 'all', 'account:*': 'all' } });
  await expect(t.run(pushRows, more, actor)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('what a row says in JSON that is none of an object is told by its line', async () => {
  const t = await kit.tenant();
  const { importId } = await t.run(pushRows, {
    table: 'firms',
    chunk: 0,
    rows: [{ id: '1', name: 'A' }, 'text', [1], { id: '2', name: '\\N' }],
    complete: true,
  });
  await kit.drain();
  await t.run(mapImport, { importId, definition });
  await t.run(startPrepared, { importId, withoutDryRun: true });
  await kit.drain();
  expect(await runOf(t, importId)).toMatchObject({ state: 'partly', created: 1, rejected: 3 });
});
