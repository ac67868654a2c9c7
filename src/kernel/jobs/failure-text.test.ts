import { failureText } from './failure-text.js';

test.each([
  ['connect to postgres://kontor:hunter2@10.0.0.1/x failed', 'Error: connect to postgres://***@10.0.0.1/x failed'],
  ['Authorization: Bearer eyJhbGciOi.abc.def was refused', 'Error: Authorization: Bearer *** was refused'],
  ['{"password":"hunter2","user":"a"}', 'Error: {"password":***,"user":"a"}'],
  ['api_key=sk_live_123&x=1', 'Error: api_key=***&x=1'],
])('secrets stay out of what operators read: %s', (message, expected) => {
  expect(failureText(new Error(message))).toBe(expected);
});

test('only the first line is kept, without NUL and at most 500 characters', () => {
  expect(failureText(new Error('a\0b\nat file.ts:1'))).toBe('Error: ab');
  expect(failureText(new Error('x'.repeat(2_000)))).toHaveLength(500);
});

test('the code of an error says more than its class', () => {
  expect(failureText(Object.assign(new Error('deadlock detected'), { code: '40P01' }))).toBe('40P01: deadlock detected');
  expect(failureText('a string')).toBe('The task threw something that is not an error.');
});
