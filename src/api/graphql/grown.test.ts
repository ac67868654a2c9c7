import { defineResource, everyone, type Resource } from '#kernel/resource/define-resource.js';
import { choice, integer, ref, text, type Fields } from '#kernel/resource/fields.js';
import { buildRegistry, type Registry } from '#kernel/resource/registry.js';
import { defineModule } from '#kernel/usecase/define-module.js';
import { isGrown } from './grown.js';

const tree = (fields: Fields): Resource => defineResource('tree', { description: 'A tree.', table: 'wood.trees', scope: everyone, fields });
const wood = (...resources: readonly Resource[]): Registry =>
  buildRegistry([defineModule({ name: 'wood', description: 'Wood.', resources })]);
const nest = defineResource('nest', {
  description: 'Sits in a tree.',
  table: 'wood.nests',
  scope: everyone,
  fields: { treeId: ref('tree', { inverse: 'nests' }) },
}) as unknown as Resource;

const name = text(20);
const before = wood(tree({ name, kind: choice(['oak', 'fir']) }));

test('fields, records and lists that come on top leave a read what it was, and so does another description', () => {
  expect(isGrown(before, before)).toBe(true);
  expect(
    isGrown(before, wood(tree({ name: text(20, { description: 'Other.' }), kind: choice(['oak', 'fir']), age: integer() }), nest)),
  ).toBe(true);
});

test('what was changed or taken away does not', () => {
  expect(isGrown(before, wood(tree({ name })))).toBe(false);
  expect(isGrown(before, wood(tree({ name, kind: choice(['oak']) })))).toBe(false);
  expect(isGrown(before, wood(tree({ name: integer(), kind: choice(['oak', 'fir']) })))).toBe(false);
  expect(isGrown(wood(tree({ name }), nest), wood(tree({ name })))).toBe(false);
  const withNests = wood(tree({ name }), nest);
  expect(isGrown(withNests, wood(tree({ name }), { ...nest, fields: { treeId: ref('tree') } }))).toBe(false);
});

test('a formula is what it works out', () => {
  const calculated = (sql: string): Fields => ({ name, size: { ...integer(), stored: { in: 'formula', sql: (t) => `${t}.${sql}` } } });
  expect(isGrown(wood(tree(calculated('a'))), wood(tree(calculated('a'))))).toBe(true);
  expect(isGrown(wood(tree(calculated('a'))), wood(tree(calculated('b'))))).toBe(false);
});

test('the rights a field is under belong to it', () => {
  expect(isGrown(before, wood(tree({ name: text(20, { hidden: true }), kind: choice(['oak', 'fir']) })))).toBe(false);
});
