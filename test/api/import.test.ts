import { changed, crmFiles, someFiles } from '../db/import/crm-files.js';
import { realTest } from '../real-data.js';
import type { Upload } from '#modules/imports/store/upload.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let kit: ApiKit;
let company: Company;
let url: string;
beforeAll(async () => {
  kit = await openApiKit();
  url = await kit.listen();
  company = await kit.company();
});
afterAll(() => kit.close());

function formOf(files: readonly Upload[], mapping: string | null = 'crm-opportunities'): FormData {
  const form = new FormData();
  // The mapping may come after the files: parts have no fixed order.
  for (const { name, bytes } of files) form.append('files', new Blob([Buffer.from(bytes)]), name);
  if (mapping !== null) form.append('mapping', mapping);
  return form;
}

async function upload(client: Client, form: FormData, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/imports`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${client.token}`, ...headers },
  });
  return { status: response.status, location: response.headers.get('location'), body: (await response.json()) as Record<string, unknown> };
}

realTest('files come in as a form, run in the background, and tell how far they are', async () => {
  const { status, location, body } = await upload(company.admin, formOf(crmFiles()));
  expect(status).toBe(202);
  expect(location).toBe(`/v1/imports/${String(body['importId'])}`);
  expect((await company.admin.get(location ?? '')).body).toMatchObject({ state: 'queued', mapping: 'crm-opportunities', processed: 0 });

  await kit.kit.drain();
  expect((await company.admin.get(location ?? '')).body).toMatchObject({
    state: 'finished',
    total: 9095,
    processed: 9095,
    created: 8952,
    updated: 15,
    rejected: 0,
    issueCount: 2924,
    failure: null,
  });
  const won = await company.admin.graphql(
    '{ opportunities(filter: { status: { eq: won } }) { totalCount } accounts { totalCount } products { totalCount } }',
  );
  expect(won).toMatchObject({ data: { opportunities: { totalCount: 4238 }, accounts: { totalCount: 85 }, products: { totalCount: 7 } } });

  const issues = await company.admin.get(
    `${location}/issues?limit=2&count=true&filter=${encodeURIComponent('{"rule":{"eq":"correction"}}')}`,
  );
  expect(issues.body).toMatchObject({
    total: 1493,
    data: [
      {
        file: 'accounts.csv',
        line: 2,
        field: 'sector',
        rule: 'correction',
        severity: 'warning',
        value: 'technolgy',
        done: 'read as technology',
      },
      { file: 'accounts.csv', line: 5, field: 'office_location', value: 'Philipines', done: 'read as Philippines' },
    ],
  });
  const { endCursor } = issues.body['page'] as { endCursor: string };
  const next = await company.admin.get(
    `${location}/issues?limit=1&after=${endCursor}&filter=${encodeURIComponent('{"rule":{"eq":"correction"}}')}`,
  );
  expect(next.body).toMatchObject({ data: [{ file: 'accounts.csv', line: 8 }] });
});

realTest('a repeat with the same key is the same import', async () => {
  const headers = { 'idempotency-key': 'nightly-1' };
  const first = await upload(company.admin, formOf(someFiles(10)), headers);
  const again = await upload(company.admin, formOf(someFiles(10)), headers);
  expect(again.body).toEqual(first.body);
  const other = await upload(company.admin, formOf(someFiles(11)), headers);
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency.key_reused' } });
});

realTest('small files come in as texts too, by REST and GraphQL', async () => {
  const files = someFiles(3).map(({ name, bytes }) => ({ name, content: Buffer.from(bytes).toString('utf8') }));
  const rest = await company.admin.post('/v1/imports/run', { mapping: 'crm-opportunities', files });
  expect(rest).toMatchObject({ status: 202, body: { importId: expect.any(String) as string } });
  const graphql = await company.admin.graphql('mutation ($input: RunImportInput!) { runImport(input: $input) { importId } }', {
    input: { mapping: 'crm-opportunities', files },
  });
  expect(graphql.data).toMatchObject({ runImport: { importId: expect.any(String) as string } });
});

realTest('a file that cannot be read fails the import and says where', async () => {
  const { location } = await upload(
    company.admin,
    formOf(changed({ 'products.csv': () => 'product,series,sales_price\nA,B,1\n"C,D,2\n' })),
  );
  await kit.kit.drain();
  expect((await company.admin.get(location ?? '')).body).toMatchObject({
    state: 'failed',
    failure: expect.stringMatching(/^products.csv, line 3: Quote Not Closed/) as string,
  });
});

for (const [what, form, status, code] of [
  ['no mapping', () => formOf(someFiles(1), null), 400, 'input.invalid'],
  ['no files', () => formOf([]), 400, 'input.invalid'],
  ['an unknown mapping', () => formOf(someFiles(1), 'nonsense'), 404, 'import.mapping_unknown'],
  ['a missing file', () => formOf(someFiles(1).slice(1)), 400, 'import.file_missing'],
  [
    'a file the mapping does not know',
    () => {
      const form = formOf(someFiles(1));
      form.append('files', new Blob(['x']), '../../etc/passwd');
      return form;
    },
    400,
    'import.file_unknown',
  ],
] as const)
  realTest(`${what} is refused`, async () => {
    expect(await upload(company.admin, form())).toMatchObject({ status, body: { code } });
  });

realTest('a body that is no form is refused, and so is who has not signed in or lacks the right', async () => {
  expect(await company.admin.post('/v1/imports', { mapping: 'crm-opportunities' })).toMatchObject({
    status: 415,
    body: { code: 'request.unsupported_media_type' },
  });
  const anonymous = await fetch(`${url}/v1/imports`, { method: 'POST', body: formOf(someFiles(1)) });
  expect(anonymous.status).toBe(401);
  const reader = await company.user({ '*:read': 'all' });
  expect(await upload(reader, formOf(someFiles(1)))).toMatchObject({ status: 403, body: { code: 'access.forbidden' } });
});

realTest('another company sees neither the import nor its issues', async () => {
  const { location } = await upload(company.admin, formOf(someFiles(5)));
  const stranger = (await kit.company()).admin;
  expect((await stranger.get(location ?? '')).status).toBe(404);
  expect((await stranger.get(`${location}/issues`)).status).toBe(404);
  expect((await stranger.get('/v1/import-issues')).body).toMatchObject({ data: [] });
});

test('nothing of this met a defect', () => {
  expect(kit.defects).toEqual([]);
});
