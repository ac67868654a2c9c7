import { defineResource, everyone } from '#kernel/resource/define-resource.js';
import { text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { defineModule } from '#kernel/usecase/define-module.js';
import { asSuper } from '../db/task-probe.js';
import { openApiKit, type Answer, type ApiKit, type Client } from '../api/api-kit.js';
import { Contract } from './contract.js';

const OldTeam = defineResource('old_team', {
  description: 'A team by its former name.',
  table: 'planted.old_teams',
  scope: everyone,
  operations: ['list', 'get'],
  deprecated: { since: '2026-10-01', sunset: '2027-03-31', use: 'team' },
  fields: { name: text(120, { required: true }) },
});
const Crew = defineResource('crew', {
  description: 'A team of which one field will go.',
  table: 'planted.crews',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    name: text(120, { required: true }),
    region: text(120, { deprecated: { since: '2026-09-01', use: 'name' } }),
  },
});
const polish = defineCommand({
  name: 'crew.polish',
  summary: 'Polish a crew.',
  deprecated: { since: '2026-11-01', use: 'crew.clean' },
  input: { name: text(80) },
  output: { name: text(80) },
  errors: { 'crew.spotless': 'There is nothing to polish.' },
  run: ({ name }) => Promise.resolve({ name: name ?? null }),
});
const clean = defineCommand({
  name: 'crew.clean',
  summary: 'Clean a crew.',
  input: { title: text(80), name: text(80, { deprecated: { since: '2026-08-01', sunset: '2026-12-31', use: 'title' } }) },
  output: {},
  run: () => Promise.resolve({}),
});
const planted = defineModule({ name: 'planted', description: 'Of the test.', resources: [OldTeam, Crew], commands: [polish, clean] });

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit({ planted: [planted] });
  await asSuper(api.kit, 'create schema planted');
  for (const name of ['old_teams', 'crews'])
    await asSuper(api.kit, `create view planted.${name} with (security_invoker) as select * from identity.teams`);
  await asSuper(api.kit, 'grant usage on schema planted to public; grant select on all tables in schema planted to public');
  admin = (await api.company()).admin;
  await admin.post('/v1/teams', { name: 'North', region: 'north' });
  await admin.post('/v1/teams', { name: 'South', region: 'south' });
});
afterAll(() => api.close());

const seconds = (day: string) => `@${Date.parse(`${day}T00:00:00Z`) / 1000}`;
const told = ({ headers }: Answer) => [headers['deprecation'], headers['sunset'], headers['link']];
const link = '</docs>; rel="deprecation"; type="text/html"';
const nothing = [undefined, undefined, undefined];

test('every route of a resource that will go says since when, until when, and where to read on', async () => {
  const list = await admin.get('/v1/old-teams?limit=1&sort=name');
  expect(list.status).toBe(200);
  const [deprecation, sunset, links] = told(list);
  expect([deprecation, sunset]).toEqual([seconds('2026-10-01'), 'Wed, 31 Mar 2027 00:00:00 GMT']);
  expect(String(links)).toMatch(/^<\/docs>; rel="deprecation"; type="text\/html", <[^>]+>; rel="next", <[^>]+>; rel="first"$/);
  const [{ id } = { id: '' }] = list.body['data'] as { id: string }[];
  for (const path of [`/v1/old-teams/${id}`, '/v1/old-teams/019b0000-0000-7000-8000-000000000000', '/v1/old-teams/by-ref/erp/1'])
    expect(told(await admin.get(path))).toEqual([seconds('2026-10-01'), 'Wed, 31 Mar 2027 00:00:00 GMT', link]);
  expect(told(await admin.get(`/v1/teams/${id}`))).toEqual(nothing);
});

test('a verb that will go says so whether it is done or refused, and no date that is not known', async () => {
  const expected = [seconds('2026-11-01'), undefined, link];
  expect(told(await admin.post('/v1/crews/polish', { name: 'x' }))).toEqual(expected);
  const refused = await admin.post('/v1/crews/polish', { shoe: 1 });
  expect([refused.status, told(refused)]).toEqual([400, expected]);
});

test('a field that will go is told of to who names it, and to nobody else', async () => {
  expect(told(await admin.post('/v1/crews/clean', { title: 'x' }))).toEqual(nothing);
  const clean = [seconds('2026-08-01'), 'Thu, 31 Dec 2026 00:00:00 GMT', link];
  expect(told(await admin.post('/v1/crews/clean', { name: 'x' }))).toEqual(clean);
  expect(String((await admin.get('/v1/crews')).headers['deprecation'])).toBe('undefined');
  for (const query of ['fields=name,region', 'sort=-region', `filter=${encodeURIComponent('{"and":[{"region":{"eq":"north"}}]}')}`])
    expect([query, (await admin.get(`/v1/crews?${query}`)).headers['deprecation']]).toEqual([query, seconds('2026-09-01')]);
});

test('OpenAPI and the schema of GraphQL say the same', () => {
  const { document } = Contract.of(api.app, api.kit.runtime.registry);
  const paths = document['paths'] as unknown as Record<
    string,
    Record<string, { deprecated?: boolean; description: string; responses: Record<string, object> }>
  >;
  const of = (path: string, method: string) => paths[path]?.[method];
  for (const [path, method] of [
    ['/v1/old-teams', 'get'],
    ['/v1/old-teams/{oldTeamId}', 'get'],
    ['/v1/crews/polish', 'post'],
  ] as const) {
    expect(of(path, method)).toMatchObject({ deprecated: true, summary: expect.any(String), description: expect.stringContaining('Use ') });
    expect(of(path, method)?.responses['200']).toMatchObject({ headers: { Deprecation: {}, Sunset: {}, Link: {} } });
  }
  expect([of('/v1/crews', 'get')?.deprecated, of('/v1/crews/clean', 'post')?.deprecated]).toEqual([undefined, undefined]);
  const query = api.schema.getQueryType()?.getFields();
  expect([query?.['oldTeams'], query?.['oldTeam'], query?.['crews']].map((field) => field?.deprecationReason)).toEqual([
    'Use team; this goes on 2027-03-31.',
    'Use team; this goes on 2027-03-31.',
    undefined,
  ]);
});
