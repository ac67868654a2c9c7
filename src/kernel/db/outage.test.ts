import { invalid } from '../errors/domain-error.js';
import { outage } from './outage.js';

const coded = (code: string) => Object.assign(new Error('the driver said so'), { code });

test.each(['57P01', '57P02', '57P03', '53300', '08006', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])('%s is an outage: come again', (code) => {
  expect(outage(coded(code))).toMatchObject({ kind: 'unavailable', code: 'database.unavailable', details: { retryAfter: 2 } });
});

test.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])('%j is one too', (message) => {
  expect(outage(new Error(message))).toMatchObject({ kind: 'unavailable' });
});

test.each(['40001', '40P01'])('%s is a collision with others: come again at once', (code) => {
  expect(outage(coded(code))).toMatchObject({ kind: 'unavailable', code: 'database.busy', details: { retryAfter: 1 } });
});

test.each([
  coded('23505'),
  coded('42601'),
  coded('57014'),
  new TypeError('x is not a function'),
  invalid('input.invalid', 'no'),
  'text',
  null,
])('%p is none', (error) => {
  expect(outage(error)).toBeNull();
});
