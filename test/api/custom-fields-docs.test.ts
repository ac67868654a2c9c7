import { openApiKit, type ApiKit, type Client } from './api-kit.js';
import { DocPage } from './doc-page.js';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  admin = (await api.company()).admin;
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

test('every request of the page on fields and objects works as it stands there, in its order', async () => {
  const page = new DocPage('docs/custom-fields.md');
  expect(page.blocks.length).toBeGreaterThan(20);
  expect(await page.refusedTo(admin)).toEqual([]);
});
