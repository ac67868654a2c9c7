import { DomainError, conflict, invalid } from '../errors/domain-error.js';
import { placeUnstorable } from './unstorable.js';

const refusal = () => invalid('input.not_storable', 'The input holds a character that cannot be stored.');
const pathOf = (error: unknown) => (error instanceof DomainError ? error.details.errors?.map(({ path }) => path) : error);

test('the refusal names the place of what cannot be stored', () => {
  expect(pathOf(placeUnstorable(refusal(), { name: 'fine', lines: [{ text: 'a\0b' }] }))).toEqual(['/lines/0/text']);
  expect(pathOf(placeUnstorable(refusal(), { 'a/b': '\ud800' }))).toEqual(['/a~1b']);
});

test('a name that cannot be stored is told by the object it is in', () => {
  expect(pathOf(placeUnstorable(refusal(), { custom: { 'a\0': 1 } }))).toEqual(['/custom']);
});

test('other refusals and unknown places stay as they are', () => {
  const other = conflict('account.number_taken', 'Taken.');
  expect(placeUnstorable(other, { name: '\0' })).toBe(other);
  const unplaced = refusal();
  expect(placeUnstorable(unplaced, { name: 'fine', at: new Date(0) })).toBe(unplaced);
});
