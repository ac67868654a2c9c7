import { orderTables } from './order-tables.js';

const ref = (from: string, to: string, column: string) => ({ from, to, columns: [column] });

test('a table comes behind those its rows name', () => {
  const { tables, late } = orderTables(['deals', 'people', 'firms'], [ref('deals', 'people', 'person'), ref('people', 'firms', 'firm')]);
  expect(tables).toEqual(['firms', 'people', 'deals']);
  expect(late.size).toBe(0);
});

test('a column that names rows of its own table is filled in afterwards', () => {
  const { late } = orderTables(['firms'], [ref('firms', 'firms', 'parent')]);
  expect(Object.fromEntries(late)).toEqual({ firms: ['parent'] });
});

test('a circle is opened at one place, and only there', () => {
  const { tables, late } = orderTables(
    ['journeys', 'versions', 'people'],
    [ref('journeys', 'versions', 'live'), ref('versions', 'journeys', 'journey'), ref('versions', 'people', 'author')],
  );
  expect(tables).toEqual(['people', 'journeys', 'versions']);
  expect(Object.fromEntries(late)).toEqual({ journeys: ['live'] });
});
