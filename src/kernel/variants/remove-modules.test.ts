import { rightsOf } from '../access/known-permissions.js';
import { defineResource, everyone } from '../resource/define-resource.js';
import { ref, text } from '../resource/fields.js';
import { buildRegistry } from '../resource/registry.js';
import { defineCommand } from '../usecase/define-command.js';
import { defineJob } from '../usecase/define-job.js';
import { defineModule } from '../usecase/define-module.js';
import { extendRegistry } from './extend-registry.js';
import { refuseAbsent } from './module-off.js';
import { withoutModules } from './remove-modules.js';
import { restsOf } from '../jobs/resting.js';

const Ground = defineResource('ground', {
  description: 'Always there.',
  table: 'ground.grounds',
  scope: everyone,
  fields: { name: text(9) },
});
const Tree = defineResource('tree', {
  description: 'Stands on the ground.',
  table: 'wood.trees',
  scope: everyone,
  fields: { groundId: ref('ground', { inverse: 'trees' }) },
});
const Nest = defineResource('nest', {
  description: 'Sits in a tree.',
  table: 'wood.nests',
  scope: everyone,
  fields: { treeId: ref('tree') },
});
const Sign = defineResource('sign', {
  description: 'Stands on the ground and may hang on a tree.',
  table: 'ground.signs',
  scope: everyone,
  fields: { name: text(9), treeId: ref('tree') },
});
const fell = defineCommand({ name: 'tree.fell', summary: 'Fell it.', input: {}, output: {}, run: () => Promise.resolve({}) });
const hatch = defineCommand({ name: 'nest.hatch', summary: 'Hatch.', input: {}, output: {}, run: () => Promise.resolve({}) });
const grow = defineJob({ name: 'wood.grow', description: 'Grows.', payload: {}, run: () => Promise.resolve() });
const breed = defineJob({ name: 'wood.breed', description: 'Breeds.', payload: {}, run: () => Promise.resolve() });
const ground = defineModule({ name: 'ground', description: 'Ground.', resources: [Ground, Sign] });
const wood = defineModule({
  name: 'wood',
  description: 'Wood.',
  switchable: {
    label: 'Wood',
    parts: [{ name: 'nests', label: 'Nests', description: 'Nests.', resources: [Nest], commands: [hatch], jobs: [breed] }],
  },
  resources: [Tree, Nest],
  commands: [fell, hatch],
  jobs: [grow, breed],
});
const whole = buildRegistry([ground, wood]);

test('the whole is itself when nothing is off, and knows it', () => {
  expect(withoutModules(whole, [])).toBe(whole);
  expect(withoutModules(whole, ['unknown'])).toBe(whole);
  expect(whole.whole).toBe(whole);
});

test('a module that is off takes its resources, verbs, jobs and rights with it, and what others refer to', () => {
  const variant = withoutModules(whole, ['wood']);
  expect([...variant.resources.keys()]).toEqual(['ground', 'sign']);
  expect(Object.keys(variant.resource('sign').fields)).toEqual(['name']);
  expect(variant.inverses.get('ground')).toEqual([]);
  expect(variant.resource('ground')).toBe(Ground);
  expect([...variant.commands.keys(), ...variant.tasks.keys()]).toEqual([]);
  expect(variant.absent.rights).toEqual(['nest:*', 'tree:*']);
  expect(rightsOf(variant).filter((right) => /tree|nest/.test(right))).toEqual([]);
  expect(variant.whole).toBe(whole);
});

test('a part goes alone, and its module stays', () => {
  const variant = withoutModules(whole, ['wood.nests']);
  expect([...variant.resources.keys()]).toEqual(['ground', 'sign', 'tree']);
  expect(variant.resource('sign')).toBe(Sign);
  expect([...variant.tasks.keys()]).toEqual(['wood.grow']);
});

test('the same modules off make the same key, in whatever order', () => {
  const keys = [['wood'], ['wood.nests', 'wood'], ['wood', 'wood.nests']].map((off) => withoutModules(whole, off).key);
  expect(new Set(keys).size).toBe(1);
  expect(withoutModules(whole, ['wood.nests']).key).not.toBe(keys[0]);
});

test('verbs of what is off are refused by name, and those every resource has by their noun', () => {
  const variant = withoutModules(whole, ['wood.nests']);
  const refused = (name: string, noun: string) => () => refuseAbsent(variant, { name, noun });
  expect(refused('nest.hatch', 'nest')).toThrow(expect.objectContaining({ code: 'module.disabled', details: { module: 'wood.nests' } }));
  expect(refused('nest.create', 'nest')).toThrow(expect.objectContaining({ code: 'module.disabled' }));
  expect(refused('tree.fell', 'tree')).not.toThrow();
  expect(refused('ground.create', 'ground')).not.toThrow();
});

test('a task hangs on its module and its part', () => {
  const rest = restsOf(whole.modules);
  expect(rest('wood.breed').keys).toEqual(['wood', 'wood.nests']);
  expect(rest('wood.grow').keys).toEqual(['wood']);
  expect(rest('kernel.other').keys).toEqual([]);
});

test('what a tenant has defined itself comes on top, under a key of its own', () => {
  const variant = withoutModules(whole, ['wood']);
  const richer = { ...Ground, fields: { ...Ground.fields, colour: text(9) } };
  const extended = extendRegistry(variant, { key: '@t/3', changed: [richer] });
  expect(extended.resource('ground')).toBe(richer);
  expect(extended.resource('sign')).toBe(variant.resource('sign'));
  expect([extended.key, extended.whole]).toEqual([`${variant.key}@t/3`, whole]);
  expect(extended.absent).toBe(variant.absent);
});
