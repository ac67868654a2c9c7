import { readFileSync } from 'node:fs';
import { openApiKit } from '../api/api-kit.js';
import { breakingChanges } from './breaking-changes.js';
import { breakingExceptions } from './breaking-exceptions.js';
import { Contract } from './contract.js';

const released = JSON.parse(readFileSync('openapi/openapi.released.json', 'utf8')) as Record<string, unknown>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a document to be spoiled anywhere
const copy = () => structuredClone(released) as { paths: Record<string, any>; components: { schemas: Record<string, any> } };

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

test.each<[string, (document: ReturnType<typeof copy>) => void, string]>([
  ['an operation that goes', (d) => delete d.paths['/v1/accounts'].post, 'post /v1/accounts is gone'],
  ['an address that goes', (d) => delete d.paths['/v1/me'], 'get /v1/me is gone'],
  ['an operation of another name', (d) => (d.paths['/v1/me'].get.operationId = 'other'), 'get /v1/me has another id'],
  ['a field that goes', (d) => delete d.components.schemas['Account'].properties.name, 'Account.name is gone'],
  ['a field newly demanded', (d) => d.components.schemas['CreateAccount'].required.push('phone'), 'CreateAccount.phone is now demanded'],
  ['a value that goes', (d) => d.components.schemas['Lead'].properties.status.enum.shift(), 'Lead.status lost the value "new"'],
  ['another type', (d) => (d.components.schemas['Account'].properties.version.type = 'string'), 'Account.version has another type'],
  ['a shorter text', (d) => (d.components.schemas['CreateAccount'].properties.name.maxLength = 10), 'CreateAccount.name takes less text'],
])('%s is seen', (_what, plant, change) => {
  const planted = copy();
  plant(planted);
  expect(breakingChanges(released, planted)).toContain(change);
});
