import { auditServer } from 'graphql-http';
import { openApiKit, type ApiKit } from '../api/api-kit.js';

let api: ApiKit;
let url: string;
let token: string;
beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  token = (await api.company()).admin.token;
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

/** Audits of GETs, which the guard against forged requests refuses. */
const refusedOnPurpose = new Set(['5A70', 'D6D5', '6A70']);

test('GraphQL over HTTP: every audit holds, with sign-in', async () => {
  const fetchFn = (input: string, init: RequestInit = {}) =>
    fetch(input, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` } });
  const results = await auditServer({ url: `${url}/graphql`, fetchFn });
  const others = results.filter(({ status, id }) => status !== 'ok' && !(status === 'notice' && refusedOnPurpose.has(id)));
  expect(results.length).toBeGreaterThanOrEqual(61);
  expect(others.map(({ id, name, status }) => `${status} ${id} ${name}`)).toEqual([]);
});
