import { mildest, milderThan, strictest } from './field-rules.js';

const seller = { permissions: { 'contact:read': 'team' }, fieldRules: { 'contact.email': 'hide', 'contact.phone': 'mask' } } as const;
const clerk = { permissions: { 'contact:*': 'own' }, fieldRules: { 'contact.email': 'mask', 'contact.phone': 'read' } } as const;

test('of several roles that let a record be read the mildest rule counts', () => {
  expect(mildest([seller, clerk])).toEqual({ 'contact.email': 'mask', 'contact.phone': 'read' });
});

test('a role that reads the record and says nothing of a field opens it', () => {
  expect(mildest([seller, { permissions: { '*': 'own' }, fieldRules: {} }])).toEqual({});
});

test('a role that does not read the record opens nothing', () => {
  const stranger = { permissions: { 'contact:create': 'all', 'lead:read': 'all' }, fieldRules: {} } as const;
  expect(mildest([seller, stranger])).toEqual(seller.fieldRules);
  expect(mildest([{ ...seller, permissions: { 'contact:create': 'all' } }, stranger])).toEqual(seller.fieldRules);
});

test('a key is bound by its own rules and by those of its user', () => {
  expect(strictest(seller.fieldRules, { 'contact.email': 'read', 'contact.phone': 'hide', 'lead.notes': 'mask' })).toEqual({
    'contact.email': 'hide',
    'contact.phone': 'hide',
    'lead.notes': 'mask',
  });
});

test('rights that show more of a record than one sees oneself are told apart', () => {
  expect(milderThan(seller.fieldRules, clerk)).toEqual(['contact.email', 'contact.phone']);
  expect(milderThan(seller.fieldRules, seller)).toEqual([]);
  expect(milderThan(seller.fieldRules, { permissions: { 'lead:read': 'all' }, fieldRules: {} })).toEqual([]);
});
