import { mapRecord, type SourceRecord } from './map-record.js';
import {
  column,
  constant,
  day,
  decimal,
  firstOf,
  link,
  now,
  orEmpty,
  reference,
  template,
  words,
  type FileSpec,
  type Step,
} from './mapping.js';

const began = new Date('2026-03-02T09:00:00Z');
const file: FileSpec = {
  name: 'deals.csv',
  columns: {
    id: {},
    product: { corrections: { GTXPro: 'GTX Pro' } },
    account: { whenEmpty: { severity: 'warning', done: 'imported without account' } },
  },
};
const step: Step = {
  name: 'deals',
  resource: 'opportunity',
  file: 'deals',
  key: ['externalRef'],
  set: {
    externalRef: template('x:{id}'),
    name: firstOf(template('{product} for {account}'), template('{product} {id}')),
    accountId: link(reference('account', { externalRef: template('x:account:{account}') })),
    stageId: link(reference('stage', { name: column('stage'), pipelineId: reference('pipeline', { name: template('Sales') }) })),
    amount: column('amount', decimal('.')),
    closeOn: column('closed', day('m/d/yyyy')),
    enteredAt: firstOf(column('closed', day('m/d/yyyy')), now),
    country: orEmpty(column('country', words({ Kenya: 'KE' }))),
    source: constant('file'),
  },
};
const record = (cells: Record<string, string>): SourceRecord => ({ line: 7, cells });
const map = (cells: Record<string, string>, speaks = true) => mapRecord(record(cells), { step, file, now: began, speaks });

test('cells become fields, and names become references', () => {
  const row = map({ id: 'A1', product: 'MG', account: 'Acme', stage: 'Won', amount: '1,054', closed: '3/1/2017', country: 'Kenya' });
  expect(row).toMatchObject({ line: 7, fate: 'import', findings: [] });
  expect(row.values).toEqual({
    externalRef: 'x:A1',
    name: 'MG for Acme',
    amount: '1054',
    closeOn: '2017-03-01',
    enteredAt: '2017-03-01',
    country: 'KE',
    source: 'file',
  });
  expect(row.wanted).toEqual({
    accountId: { resource: 'account', by: { externalRef: 'x:account:Acme' } },
    stageId: { resource: 'stage', by: { name: 'Won', pipelineId: { resource: 'pipeline', by: { name: 'Sales' } } } },
  });
});

test('a known mistake is put right everywhere and told once', () => {
  const cells = { id: 'A1', product: 'GTXPro', account: 'Acme' };
  const row = map(cells);
  expect(row.values['name']).toBe('GTX Pro for Acme');
  expect(row.findings).toEqual([
    {
      line: 7,
      field: 'product',
      rule: 'correction',
      severity: 'warning',
      value: 'GTXPro',
      done: 'read as GTX Pro',
      message: '"GTXPro" is written for "GTX Pro".',
    },
  ]);
  expect(map(cells, false).findings).toEqual([]);
});

test('an empty cell sets nothing, refers to nothing, and is told where the mapping wants to know', () => {
  const row = map({ id: 'A1', product: 'MG', account: '' });
  expect(row.values).toMatchObject({ name: 'MG A1', enteredAt: began });
  expect(row.values).not.toHaveProperty('amount');
  expect(row.wanted).not.toHaveProperty('accountId');
  expect([...row.once]).toEqual(['enteredAt']);
  expect(row.findings).toMatchObject([{ field: 'account', rule: 'empty', done: 'imported without account' }]);
});

test('a cell that makes no sense leaves the row out, or the field where the mapping says so', () => {
  const row = map({ id: 'A1', product: 'MG', account: 'Acme', amount: 'much', country: 'Atlantis' });
  expect(row.fate).toBe('reject');
  expect(row.findings).toMatchObject([
    { field: 'amount', rule: 'parse_number', severity: 'error', value: 'much', done: 'row left out' },
    { field: 'country', rule: 'enum_unknown', severity: 'warning', value: 'Atlantis', done: 'left empty' },
  ]);
});

test('a broken line is told by the step that speaks for the file, and passed over by the others', () => {
  const broken = { ...record({ id: 'A1' }), broken: { rule: 'column_count', message: 'The line has 3 cells, the header 8.' } };
  expect(mapRecord(broken, { step, file, now: began, speaks: true })).toMatchObject({
    fate: 'reject',
    findings: [{ rule: 'column_count', severity: 'error' }],
  });
  expect(mapRecord(broken, { step, file, now: began, speaks: false })).toMatchObject({ fate: 'skip', findings: [] });
});
