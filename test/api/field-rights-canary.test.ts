import { systemActor, type FieldRights } from '#kernel/access/actor.js';
import { isMaskable } from '#kernel/access/field-rights.js';
import { columnsOf } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import { relationName } from '#kernel/resource/relations.js';
import { seedDemo } from '#app/demo/seed-demo.js';
import { opportunities } from '#modules/analytics/cube/opportunities.js';
import { Listener, until } from '../conformance/graphql-listener.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

const canary = 'Tweety';

let api: ApiKit;
let url: string;
let company: Company;
let resources: Resource[];
let planted: Set<string>;

beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  company = await api.company();
  resources = [...api.kit.runtime.registry.resources.values()];
  const request = { tenantId: company.tenantId, actor: systemActor('demo'), cause: { command: 'demo' } };
  await seedDemo((fill) => api.kit.runtime.withWork(request, fill), { adminId: company.admin.userId, roleIds: new Map() });
  await api.kit.drain();
  await company.user({ '*': 'all' });
  planted = await plant();
});
afterAll(() => api.close());

const fieldsOf = (resource: Resource): [string, Field][] => Object.entries(resource.fields).filter(([, field]) => !field.options.hidden);
const mayBeKept = ({ scope }: Resource, name: string) => scope.kind !== 'owned' || (name !== scope.by && name !== scope.territory);

/** Puts the canary into every text of every row; returns the fields of which at least one row has it. */
async function plant(): Promise<Set<string>> {
  const found = new Set<string>();
  for (const resource of resources) {
    for (const [name, field] of fieldsOf(resource)) {
      const column = field.kind === 'address' ? columnsOf(name, field)[2] : isMaskable(field) ? columnsOf(name, field)[0] : undefined;
      // What is planted has to be a value the field could hold: answers are held to the OpenAPI document.
      if (!column || (field.max ?? 200) < 20) continue;
      const end = field.kind === 'email' ? `'@example.test'` : `'77'`;
      const statement = `update ${resource.table} set ${column.name} = 'x${canary}' || right(id::text, 8) || ${end} returning id`;
      const rows = await api.kit.asOwner(statement, [], company.tenantId).catch(() => []);
      if (rows.length > 0) found.add(`${resource.name}.${name}`);
    }
  }
  return found;
}

const kept = (right: 'hide' | 'mask'): FieldRights =>
  Object.fromEntries(
    resources.flatMap((resource) =>
      fieldsOf(resource)
        .filter(([name, field]) => mayBeKept(resource, name) && (isMaskable(field) || right === 'hide' || field.kind === 'address'))
        .map(([name, field]) => [`${resource.name}.${name}`, isMaskable(field) ? right : 'hide']),
    ),
  );

/** What somebody asked, and all he was told. */
type Told = Map<string, string>;
const composite = new Set(['money', 'plan', 'address']);

async function crawlRest(client: Client, told: Told): Promise<void> {
  const get = async (path: string) => {
    const { text, body, headers } = await client.get(path);
    // The links of a page hold what was asked; who asked for the canary told it himself.
    const link = path.includes(canary) ? undefined : headers['link'];
    told.set(`GET ${path}`, text + JSON.stringify({ ...headers, link }));
    return { body, etag: String(headers['etag']) };
  };
  for (const resource of resources.filter(({ operations }) => operations.includes('list'))) {
    const base = `/v1/${resource.path}`;
    const { body } = await get(`${base}?limit=200&count=true`);
    await get(`${base}?filter=${encodeURIComponent(JSON.stringify({ search: canary }))}`);
    for (const [name, field] of fieldsOf(resource)) {
      await get(`${base}?fields=${name}`);
      await get(`${base}?sort=${name}`);
      if (field.kind === 'ref' && !field.options.hidden) await get(`${base}?expand=${relationName(resource, name)}&limit=200`);
    }
    const [row] = (body['data'] ?? []) as { id: string }[];
    if (!row || !resource.operations.includes('get')) continue;
    const { etag } = await get(`${base}/${row.id}`);
    if (resource.operations.includes('update'))
      told.set(`PATCH ${base}`, (await client.patch(`${base}/${row.id}`, {}, { 'if-match': etag })).text);
  }
  for (const path of ['/v1/me', '/v1/analytics/meta', '/v1/openapi.json']) await get(path);
}

async function crawlGraphql(client: Client, told: Told, right: 'hide' | 'mask' | null): Promise<void> {
  const ask = async (query: string, ways = [false, true]) => {
    for (const slow of ways) told.set(`${String(slow)} ${query}`, JSON.stringify(await client.graphql(query, {}, { slow })));
  };
  for (const resource of resources.filter(({ operations }) => operations.includes('list'))) {
    const names = fieldsOf(resource).flatMap(([name, field]) => {
      if (composite.has(field.kind) || (right === 'hide' && mayBeKept(resource, name))) return [];
      return [name, ...(field.kind === 'ref' ? [`${relationName(resource, name)} { id __typename }`] : [])];
    });
    await ask(`{ ${resource.plural}(first: 50) { totalCount nodes { id version ${names.join(' ')} } aggregate { count } } }`);
    await ask(`{ ${resource.plural}(filter: { search: "${canary}" }) { totalCount nodes { id } } }`);
    for (const [name, field] of fieldsOf(resource)) {
      if (!composite.has(field.kind)) await ask(`{ ${resource.plural}(first: 50) { nodes { ${name} } edges { cursor } } }`);
      await ask(`{ ${resource.plural}(orderBy: [{ ${name}: DESC }]) { nodes { id } pageInfo { endCursor } } }`, [false]);
    }
  }
}

async function crawlAnalytics(client: Client, told: Told): Promise<void> {
  const load = async (query: object) => told.set(JSON.stringify(query), (await client.post('/v1/analytics/load', { query })).text);
  for (const dimension of opportunities.dimensions.keys()) await load({ measures: ['opportunities.count'], dimensions: [dimension] });
  for (const measure of opportunities.measures.keys()) await load({ measures: [measure] });
}

/** Where the canary was heard. */
const heard = (told: Told) => [...told].filter(([, text]) => text.includes(canary)).map(([asked]) => asked);

/** A cursor is text in another dress. */
const undressed = (told: Told): Told =>
  new Map(
    [...told].map(([asked, text]) => [
      asked,
      text + [...text.matchAll(/"([\w-]{20,})"/g)].map(([, cursor]) => Buffer.from(cursor ?? '', 'base64url').toString('latin1')).join(' '),
    ]),
  );

async function crawl(client: Client, right: 'hide' | 'mask' | null): Promise<Told> {
  const told: Told = new Map();
  await crawlRest(client, told);
  await crawlGraphql(client, told, right);
  await crawlAnalytics(client, told);
  return undressed(told);
}

test('the canary sits in most resources, and who may see everything hears it everywhere', async () => {
  expect(planted.size).toBeGreaterThan(60);
  const told: Told = new Map();
  await crawlRest(company.admin, told);
  const lists = heard(told).filter((asked) => asked.endsWith('?limit=200&count=true'));
  expect(lists.length).toBeGreaterThan(20);
});

test.each(['hide', 'mask'] as const)(
  'with the rule %s no list, row, figure, page, search or answer of a write sings',
  async (right) => {
    const narrow = await company.user({ '*': 'all' }, kept(right));
    const told = await crawl(narrow, right);
    expect(told.size).toBeGreaterThan(500);
    expect(heard(told)).toEqual([]);
    // Silence is worth something only where there were answers, and masks where the canary sits.
    expect([...told.values()].filter((text) => text.includes('"data":')).length).toBeGreaterThan(100);
    if (right === 'mask') expect([...told.values()].filter((text) => text.includes('•••')).length).toBeGreaterThan(100);
    expect(api.defects).toEqual([]);
  },
  240_000,
);

test('A11 no subscription sings', async () => {
  const narrow = await company.user({ '*': 'all' }, kept('mask'));
  const after = String((await narrow.graphql('{ changeCursor }')).data?.['changeCursor']);
  const query = `subscription ($after: String) { contactChanged(after: $after) { verb changedFields contact { id lastName email phone jobTitle } } }`;
  const listener = new Listener(url, { token: narrow.token, query, variables: { after } });
  const refused = new Listener(url, {
    token: (await company.user({ '*': 'all' }, kept('hide'))).token,
    query: 'subscription { contactChanged { contact { email } } }',
  });
  const [row] = (await company.admin.get('/v1/contacts?limit=1')).body['data'] as { id: string; version: number }[];
  const patch = { jobTitle: `${canary} again`, language: 'de' };
  await company.admin.patch(`/v1/contacts/${row?.id ?? ''}`, patch, { 'if-match': `"${row?.version ?? 0}"` });
  await api.kit.drain();
  await listener.hears(1);
  await until(() => refused.errors.length > 0);
  expect(listener.told).toMatchObject([{ verb: 'updated', contact: { id: row?.id, jobTitle: '•••' } }]);
  expect(JSON.stringify([listener.told, refused.told])).not.toContain(canary);
  expect(refused.errors).toMatchObject([{ extensions: { code: 'access.field_forbidden', fields: ['contact.email'] } }]);
  await Promise.all([listener.socket.dispose(), refused.socket.dispose()]);
});
