import { defineResource, everyone } from '../resource/define-resource.js';
import { address, choice, email, integer, longText, money, phone, ref, text, url } from '../resource/fields.js';
import { anonymous, type FieldRights } from './actor.js';
import {
  fieldForbidden,
  fieldRight,
  masked,
  mayAsk,
  refuseAsking,
  refuseWriting,
  seesLess,
  visibleChanges,
  visibleNames,
  visibleRow,
} from './field-rights.js';

const Person = defineResource('person', {
  description: 'Somebody.',
  table: 'test.people',
  scope: everyone,
  fields: {
    name: text(80, { required: true }),
    email: email(),
    phone: phone(),
    website: url(),
    notes: longText(),
    kind: choice(['a', 'b']),
    age: integer(),
    income: money(),
    home: address(),
    bossId: ref('person'),
    secret: text(80, { hidden: true }),
  },
});
const actor = (fieldRights: FieldRights) => ({ fieldRights });
const codeOf = (run: () => void) => {
  try {
    run();
    return null;
  } catch (error) {
    const { code, details } = error as { code: string; details: { fields: string[] } };
    return [code, details.fields];
  }
};

test('a field without a rule is open', () => {
  expect(fieldRight(actor({}), Person, 'email')).toBeNull();
  expect(mayAsk(actor({ 'person.email': 'read' }), Person, 'email')).toBe(true);
});

test('a rule for the same field of another resource means nothing here', () => {
  expect(fieldRight(actor({ 'account.email': 'hide' }), Person, 'email')).toBeNull();
});

test.each(['kind', 'age', 'income', 'home', 'bossId', 'gone'])('%s, which cannot be masked, is hidden instead', (name) => {
  expect(fieldRight(actor({ [`person.${name}`]: 'mask' }), Person, name)).toBe('hide');
});

test('masks show what kind of value is there, and nothing it could be told from', () => {
  expect(masked(email(), 'jane.doe@example.de')).toBe('j•••@example.de');
  expect(masked(phone(), '+4930123456')).toBe('•••56');
  expect(masked(text(80), 'Jane')).toBe('•••');
  expect(masked(url(), 'https://example.de')).toBe('•••');
  expect(masked(email(), 'no address')).toBe('n•••');
  expect(masked(email(), null)).toBeNull();
});

test('who may only read a field sees all of it', () => {
  expect(seesLess(actor({ 'person.email': 'read' }))).toBe(false);
  expect(seesLess(actor({ 'person.email': 'mask' }))).toBe(true);
});

test('a row is shown without its hidden fields and with the masks of others', () => {
  const rights = actor({ 'person.email': 'mask', 'person.age': 'hide', 'person.name': 'read' });
  const seen = visibleRow(rights, Person, { name: 'Jane', email: 'jane@example.de', age: 40, secret: 'x', phone: null });
  expect(seen).toMatchObject({ name: 'Jane', email: 'j•••@example.de', phone: null });
  expect(Object.keys(seen)).not.toContain('age');
  expect(Object.keys(seen)).not.toContain('secret');
});

test('hidden, masked and read-only fields cannot be written, and all of them are named', () => {
  const rights = { ...anonymous, ...actor({ 'person.email': 'mask', 'person.age': 'hide', 'person.name': 'read' }) };
  expect(codeOf(() => refuseWriting(rights, Person, ['name', 'email', 'age', 'notes']))).toEqual([
    'access.field_forbidden',
    ['person.name', 'person.email', 'person.age'],
  ]);
  expect(codeOf(() => refuseWriting(rights, Person, ['notes', 'phone']))).toBeNull();
});

test('hidden and masked fields cannot be asked about, read-only ones can', () => {
  const rights = actor({ 'person.email': 'mask', 'person.name': 'read' });
  const ask = (field: string) => codeOf(() => refuseAsking(rights, [{ of: Person, field }]));
  expect(ask('email')).toEqual(['access.field_forbidden', ['person.email']]);
  expect(ask('name')).toBeNull();
});

test('a refusal names each field once', () => {
  const twice = { resource: 'person', field: 'age' };
  expect(fieldForbidden([twice, twice]).details).toEqual({ resource: 'person', fields: ['person.age'] });
});

test('an audit entry is read without hidden fields and with masks before and after', () => {
  const rights = actor({ 'person.email': 'mask', 'person.age': 'hide', 'person.gone': 'mask' });
  const changes = { name: ['A', 'B'], email: [null, 'jane@example.de'], age: [1, 2], gone: ['x', 'y'] } as const;
  expect(visibleChanges(rights, Person, changes)).toEqual({ name: ['A', 'B'], email: [null, 'j•••@example.de'] });
});

test('an event tells which fields changed, but not that a hidden one did', () => {
  expect(visibleNames(actor({ 'person.age': 'hide', 'person.email': 'mask' }), Person, ['age', 'email', 'name'])).toEqual([
    'email',
    'name',
  ]);
});
