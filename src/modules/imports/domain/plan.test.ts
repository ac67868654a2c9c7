import { date, decimal, money, ref, text, type Fields } from '#kernel/resource/fields.js';
import type { MappedRow, Wanted } from './map-record.js';
import { KeySet } from './key-set.js';
import { markRepeats } from './mark-repeats.js';
import { fillReferences, planRow, wantedByDepth, type Existing } from './plan.js';

const fields: Fields = {
  externalRef: text(200),
  name: text(200),
  amount: money(),
  rate: decimal(4),
  closeOn: date(),
  accountId: ref('account'),
  ownerId: ref('user', { required: true }),
  enteredAt: text(40),
};
const row = (values: Record<string, unknown>, wanted: Record<string, Wanted> = {}, line = 2): MappedRow => ({
  line,
  values: { ...values },
  wanted,
  once: new Set(['enteredAt']),
  findings: [],
  fate: 'import',
});
const rules = { fields, key: ['externalRef'], mode: 'upsert' } as const;
const there = (values: Record<string, unknown>) => new Map<string, Existing>([['["x:1"]', { id: 'id-1', externalRef: 'x:1', ...values }]]);

test('a row nobody knows is created', () => {
  expect(planRow(row({ externalRef: 'x:1' }), new Map(), rules).kind).toBe('create');
});

test('a row that says what is there already is left alone, however its numbers are written', () => {
  const existing = there({ name: 'A', amount: { amount: '4514.0000', currency: 'USD' }, rate: '1.5000', enteredAt: 'then' });
  const same = row({ externalRef: 'x:1', name: 'A', amount: { amount: '4514', currency: 'USD' }, rate: '1.5', enteredAt: 'now' });
  expect(planRow(same, existing, rules).kind).toBe('unchanged');
});

test('only what differs is written, and what the file does not say is kept', () => {
  const existing = there({ name: 'A', amount: { amount: '1', currency: 'USD' }, closeOn: '2017-03-01' });
  const action = planRow(row({ externalRef: 'x:1', name: 'A', amount: { amount: '1', currency: 'EUR' } }), existing, rules);
  expect(action).toMatchObject({ kind: 'update', patch: { amount: { amount: '1', currency: 'EUR' } } });
  expect(action.kind === 'update' && Object.keys(action.patch)).toEqual(['amount']);
});

test('a linking step makes no rows', () => {
  expect(planRow(row({ externalRef: 'x:1' }), new Map(), { ...rules, mode: 'link' }).kind).toBe('skipped');
});

test('a missing row empties a field that may be empty and leaves the row out otherwise', () => {
  const acme = { resource: 'account', by: { externalRef: 'Acme' } };
  const ann = { resource: 'user', by: { email: 'ann' } };
  const known = row({}, { accountId: acme, ownerId: ann });
  fillReferences(
    known,
    fields,
    new Map([
      ['account(externalRef)["Acme"]', 'a1'],
      ['user(email)["ann"]', 'u1'],
    ]),
  );
  expect(known).toMatchObject({ values: { accountId: 'a1', ownerId: 'u1' }, fate: 'import', findings: [] });

  const lost = row({}, { accountId: acme, ownerId: ann });
  fillReferences(lost, fields, new Map());
  expect(lost.fate).toBe('reject');
  expect(lost.findings).toMatchObject([
    { field: 'accountId', rule: 'parent_not_found', severity: 'warning', value: 'Acme', done: 'left empty' },
    { field: 'ownerId', rule: 'owner_not_found', severity: 'error', value: 'ann', done: 'row left out' },
  ]);
});

test('references within references are found first', () => {
  const pipeline = { resource: 'pipeline', by: { name: 'Sales' } };
  const stage = { resource: 'stage', by: { name: 'Won', pipelineId: pipeline } };
  expect(wantedByDepth([row({}, { stageId: stage, pipelineId: pipeline })])).toEqual([[pipeline, pipeline], [stage]]);
});

describe('a key that comes again', () => {
  const mark = (rows: MappedRow[], distinct: boolean) => {
    const seen = new KeySet();
    const step = { key: ['externalRef'], ...(distinct ? { distinct: true as const } : {}) };
    rows.forEach((one) => markRepeats(one, step, seen));
    return rows.map((one) => [one.fate, one.findings[0]?.rule]);
  };

  test('is a mistake where rows are things', () => {
    expect(mark([row({ externalRef: 'x:1' }), row({ externalRef: 'x:1' })], false)).toEqual([
      ['import', undefined],
      ['reject', 'duplicate_in_file'],
    ]);
  });

  test('is the same thing where rows only mention things, unless they contradict each other', () => {
    const rows = [
      row({ externalRef: 'x:1', name: 'East' }),
      row({ externalRef: 'x:1', name: 'East' }),
      row({ externalRef: 'x:1', name: 'West' }),
    ];
    expect(mark(rows, true)).toEqual([
      ['import', undefined],
      ['repeat', undefined],
      ['reject', 'conflicting_rows'],
    ]);
  });
});
