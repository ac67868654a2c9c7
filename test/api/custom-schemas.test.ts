import { setTimeout as pause } from 'node:timers/promises';
import type { Registry } from '#kernel/resource/registry.js';
import { openApiKit, type ApiKit, type Company } from './api-kit.js';

let api: ApiKit;
beforeAll(async () => {
  api = await openApiKit();
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const labels = { en: 'Field' };
async function define({ admin }: Company, key: string): Promise<string> {
  const { status, body, text } = await admin.post('/v1/field-definitions', { objectName: 'account', key, type: 'text', labels });
  if (status !== 201) throw new Error(text);
  return String(body['fieldDefinitionId']);
}
const definitionsOf = ({ tenantId }: Company): Promise<Registry> => api.kit.runtime.definitionsOf(tenantId);
/** Waits for a fact; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}
const read = (field: string) => `{ accounts(first: 1) { nodes { ${field} } } }`;

test('after a start the schemas of companies that have one of their own are there before anybody asks, and the others share one', async () => {
  const [own, plain] = [await api.company(), await api.company()];
  await define(own, 'contractNo');
  const other = await api.another();
  try {
    await until(() => other.schemas.isWarm);
    const [ownDefinitions, plainDefinitions] = [await definitionsOf(own), await definitionsOf(plain)];
    expect([ownDefinitions.key.includes('@'), plainDefinitions.key]).toEqual([true, '']);
    for (const definitions of [ownDefinitions, plainDefinitions]) expect(other.schemas.ready(definitions)).not.toBeNull();
    const answer = await other.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${own.admin.token}` },
      payload: { query: read('contractNo') },
    });
    expect(answer.json()).toMatchObject({ data: { accounts: { nodes: [] } } });
  } finally {
    await other.app.close();
  }
});

test('the first field a company defines, and each after it, makes its next schema by itself', async () => {
  const company = await api.company();
  await company.admin.graphql(read('name'));
  for (const key of ['first', 'second']) {
    await define(company, key);
    const definitions = await definitionsOf(company);
    await until(() => api.schemas.ready(definitions) !== null);
  }
  expect(await company.admin.graphql(read('first second'))).toMatchObject({ data: { accounts: { nodes: [] } } });
});

test('the former schema answers only what has stayed as it was: a field that was taken away is gone at once', async () => {
  const company = await api.company();
  const id = await define(company, 'gone');
  await company.admin.post('/v1/accounts', { name: 'A', gone: 'value' });
  expect(await company.admin.graphql(read('gone'))).toMatchObject({ data: { accounts: { nodes: [{ gone: 'value' }] } } });
  await define(company, 'more');
  expect(await company.admin.graphql(read('gone'))).toMatchObject({ data: { accounts: { nodes: [{ gone: 'value' }] } } });
  await company.admin.patch(`/v1/field-definitions/${id}`, { isActive: false });
  const after = await company.admin.graphql(read('gone'));
  expect(after.errors?.[0]?.extensions.code).toBe('graphql.invalid');
  expect(await company.admin.graphql(read('more'))).toMatchObject({ data: { accounts: { nodes: [{ more: null }] } } });
});
