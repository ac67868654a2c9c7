import { readFileSync } from 'node:fs';
import { openApiKit } from '../api/api-kit.js';
import { breakingChanges } from './breaking-changes.js';
import { breakingExceptions } from './breaking-exceptions.js';
import { Contract } from './contract.js';

type Part = Record<string, unknown>;
const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null;
const released = JSON.parse(readFileSync('openapi/openapi.released.json', 'utf8')) as Part;
const copy = (): Part => structuredClone(released);

/** A part of a document, to be spoiled. */
function at(document: Part, ...path: readonly string[]): Part {
  return path.reduce((part, name) => {
    const inner = part[name];
    if (!isPart(inner)) throw new Error(`The document has nothing at ${path.join(' ')}.`);
    return inner;
  }, document);
}
const schema = (document: Part, name: string, ...path: readonly string[]) => at(document, 'components', 'schemas', name, ...path);
const path = (document: Part, name: string) => at(document, 'paths', name);
const without = (list: unknown, value: string) => (Array.isArray(list) ? list.filter((one) => one !== value) : []);

test('nothing breaks clients of the released document but what is excepted with a reason', async () => {
  const api = await openApiKit();
  const found = breakingChanges(released, Contract.of(api.app, api.kit.runtime.registry).document);
  await api.close();
  const isExcepted = (change: string) => breakingExceptions.some(({ change: pattern }) => pattern.test(change));
  expect(found.filter((change) => !isExcepted(change))).toEqual([]);
  expect(breakingExceptions.filter(({ change }) => !found.some((one) => change.test(one)))).toEqual([]);
});

test('the same document breaks nothing', () => {
  expect(breakingChanges(released, copy())).toEqual([]);
});

test.each<[string, (document: Part) => void, string]>([
  ['an operation that goes', (d) => delete path(d, '/v1/accounts')['post'], 'post /v1/accounts is gone'],
  ['an address that goes', (d) => delete at(d, 'paths')['/v1/me'], 'get /v1/me is gone'],
  ['an operation of another name', (d) => (at(path(d, '/v1/me'), 'get')['operationId'] = 'other'), 'get /v1/me has another id'],
  ['a field that goes', (d) => delete schema(d, 'Account', 'properties')['name'], 'Account.name is gone'],
  ['a field newly demanded', (d) => (schema(d, 'CreateAccount')['required'] = ['name', 'phone']), 'CreateAccount.phone is now demanded'],
  [
    'a value that goes',
    (d) => (schema(d, 'Lead', 'properties', 'status')['enum'] = without(schema(d, 'Lead', 'properties', 'status')['enum'], 'new')),
    'Lead.status lost the value "new"',
  ],
  ['another type', (d) => (schema(d, 'Account', 'properties', 'version')['type'] = 'string'), 'Account.version has another type'],
  ['a shorter text', (d) => (schema(d, 'CreateAccount', 'properties', 'name')['maxLength'] = 10), 'CreateAccount.name takes less text'],
])('%s is seen', (_what, plant, change) => {
  const planted = copy();
  plant(planted);
  expect(breakingChanges(released, planted)).toContain(change);
});
