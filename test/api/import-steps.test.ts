import { createClient } from 'graphql-ws';
import ExcelJS from 'exceljs';
import WebSocket from 'ws';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

let kit: ApiKit;
let company: Company;
let url: string;
beforeAll(async () => {
  kit = await openApiKit();
  url = await kit.listen();
  company = await kit.company();
});
afterAll(async () => {
  expect(kit.defects).toEqual([]);
  await kit.close();
});

const definition = {
  files: [{ name: 'firms.xlsx' }],
  steps: [
    {
      name: 'firms',
      resource: 'account',
      file: 'firms.xlsx',
      match: ['externalRef'],
      columns: [
        { from: 'Nr', to: 'externalRef', transform: ['prepend:old:'] },
        { from: 'Name', to: 'name' },
        { from: 'Seit', to: 'foundedYear' },
      ],
    },
  ],
};

async function workbook(rows: readonly (string | number)[][]): Promise<Blob> {
  const book = new ExcelJS.Workbook();
  book.addWorksheet('Firmen').addRows([['Nr', 'Name', 'Seit'], ...rows]);
  return new Blob([await book.xlsx.writeBuffer()]);
}

async function upload(client: Client, files: Readonly<Record<string, Blob>>) {
  const form = new FormData();
  for (const [name, content] of Object.entries(files)) form.append('files', content, name);
  const response = await fetch(`${url}/v1/imports/upload`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${client.token}` },
  });
  return {
    status: response.status,
    location: response.headers.get('location') ?? '',
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** States an import is told to be in, as a subscriber hears them, until the one that is waited for. */
async function statesUntil(client: Client, last: string): Promise<{ heard: Promise<string[]>; close: () => Promise<void> }> {
  // From here on nothing is missed, however late the stream begins.
  const { data } = await client.graphql('{ changeCursor }');
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${client.token}` },
  });
  const heard = new Promise<string[]>((resolve, reject) => {
    const states: string[] = [];
    socket.subscribe<{ importChanged: { import: { state: string } | null } }>(
      {
        query: 'subscription ($after: String) { importChanged(after: $after) { import { state processed total } } }',
        variables: { after: data?.['changeCursor'] },
      },
      {
        next: ({ data }) => {
          const state = data?.importChanged.import?.state;
          if (state !== undefined) states.push(state);
          if (state === last) resolve(states);
        },
        error: reject,
        complete: () => reject(new Error('The stream ended.')),
      },
    );
  });
  heard.catch(() => undefined);
  return {
    heard,
    close: async () => {
      await socket.dispose();
    },
  };
}

test('a workbook goes from its upload to records and back, by REST and GraphQL, and is followed live', async () => {
  const { admin } = company;
  const { status, location } = await upload(admin, {
    'firms.xlsx': await workbook([
      ['1', 'Mutter AG', 1999],
      ['2', '', 2001],
      ['3', 'Rest KG', 2005],
    ]),
  });
  expect(status).toBe(202);
  await kit.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({
    state: 'analysed',
    tables: [{ name: 'firms.xlsx#Firmen', columns: ['Nr', 'Name', 'Seit'], rows: 3 }],
  });
  expect((await admin.get(`${location}/suggestion`)).body).toMatchObject({ definition: { steps: expect.any(Array) as unknown } });

  const saved = await admin.post('/v1/import-mappings', { name: 'firms', definition });
  expect(saved).toMatchObject({ status: 201, body: { number: 1 } });
  expect((await admin.post(`${location}/map`, { mappingId: saved.body['mappingId'] })).body).toEqual({ state: 'mapped' });
  expect((await admin.post(`${location}/dry-run`, {})).status).toBe(200);
  await kit.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({ state: 'ready', dryRun: { created: 2, rejected: 1 } });
  const fates = await admin.get(`${location}/rows?of=dry_run&fate=rejected`);
  expect(fates.body).toMatchObject({ rows: [{ line: 3, fate: 'rejected', recordId: null }], next: null });

  const id = location.split('/').at(-1);
  const stream = await statesUntil(admin, 'partly');
  const started = await admin.graphql('mutation ($id: ID!) { startImport(input: { importId: $id }) { state } }', { id });
  expect(started.errors).toBeUndefined();
  await kit.kit.drain();
  const after = (await admin.get(location)).body;
  expect(after).toMatchObject({ state: 'partly', created: 2, rejected: 1 });
  expect((await stream.heard).at(-1)).toBe('partly');
  await stream.close();

  const failed = await admin.get(`${location}/failed-rows`);
  expect(failed.text).toMatch(/^Nr,Name,Seit,__error\n2,,2001,.*name should not be null.*\n$/);
  expect((await admin.get('/v1/accounts?count=true')).body).toMatchObject({ total: 2 });
  expect((await admin.post(`${location}/revert`, {})).body).toEqual({ state: 'reverting' });
  await kit.kit.drain();
  expect((await admin.get(location)).body).toMatchObject({ state: 'reverted', reverted: 2, kept: 0 });
  expect((await admin.get('/v1/accounts?count=true')).body).toMatchObject({ total: 0 });
});

test('another company and a stranger see nothing of it', async () => {
  const { location } = await upload(company.admin, { 'firms.xlsx': await workbook([['1', 'Mutter AG', 1999]]) });
  const stranger = (await kit.company()).admin;
  for (const path of ['', '/failed-rows', '/rows', '/suggestion', '/history'])
    expect((await stranger.get(location + path)).status).toBe(404);
  for (const verb of ['map', 'dry-run', 'start', 'pause', 'resume', 'revert', 'cancel']) {
    const answer = await stranger.post(`${location}/${verb}`, verb === 'map' ? { definition } : {});
    expect(answer.status).toBe(404);
  }
  const reader = await company.user({ '*:read': 'all' });
  expect((await upload(reader, { 'a.csv': new Blob(['a\n']) })).status).toBe(403);
});

test('D07 a bomb fails its import and harms nobody else', async () => {
  const zip = new Uint8Array(Buffer.from('504b030414000000', 'hex'));
  const { location } = await upload(company.admin, { 'bomb.xlsx': new Blob([zip]) });
  await kit.kit.drain();
  expect((await company.admin.get(location)).body).toMatchObject({
    state: 'failed',
    failure: expect.stringContaining('bomb.xlsx is refused') as string,
  });
});

test('D04 names of files are names: no path of them is ever written or read', async () => {
  const { location } = await upload(company.admin, {
    '../../../etc/passwd': new Blob(['a\n1\n']),
    '..\\..\\boot.ini': new Blob(['a\n1\n']),
  });
  await kit.kit.drain();
  expect((await company.admin.get(location)).body).toMatchObject({ state: 'analysed', files: [{ name: 'passwd' }, { name: 'boot.ini' }] });
});
