import request from 'supertest';
import { openApiKit, type ApiKit, type Client } from './api-kit.js';

let api: ApiKit;
let url: string;
let admin: Client;

beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
  admin = (await api.company()).admin;
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

const signed = (test: request.Test) => test.set('authorization', `Bearer ${admin.token}`);

test('a form is not taken for JSON: another site could make a visitor send one', async () => {
  await signed(request(url).post('/v1/accounts').type('form').send({ name: 'Forged GmbH' }))
    .expect('content-type', /problem\+json/)
    .expect(415)
    .expect(({ body }: { body: { code: string } }) => expect(body.code).toBe('request.unsupported_media_type'));
  await signed(request(url).get('/v1/accounts?count=true'))
    .expect(200)
    .expect(({ body }: { body: { total: number } }) => expect(body.total).toBe(0));
});

test('without a token, or with a wrong one, nothing is answered but how to sign in', async () => {
  for (const path of ['/v1/accounts', '/v1/me', '/v1/analytics/meta', '/v1/imports']) {
    await request(url).get(path).expect(401);
    await request(url).get(path).set('authorization', 'Bearer nonsense').expect(401);
  }
  await request(url).get('/v1/accounts').expect('www-authenticate', 'Bearer');
});

test('an account cannot belong to itself', async () => {
  const { body } = (await signed(request(url).post('/v1/accounts').send({ name: 'Ring AG' })).expect(201)) as { body: { id: string } };
  await signed(request(url).patch(`/v1/accounts/${body.id}`).send({ parentId: body.id }))
    .expect(400)
    .expect(({ body: problem }: { body: { code: string } }) => expect(problem.code).toBe('account.own_parent'));
});

test('pages are linked by the Link header until the last', async () => {
  for (const name of ['A', 'B', 'C'])
    await signed(
      request(url)
        .post('/v1/teams')
        .send({ name: `Team ${name}`, region: name }),
    ).expect(201);
  const seen: string[] = [];
  let next: string | undefined = '/v1/teams?limit=2&sort=name&fields=name';
  while (next) {
    const page: request.Response = await signed(request(url).get(next)).expect(200);
    seen.push(...(page.body as { data: { name: string }[] }).data.map(({ name }) => name));
    next = /<([^>]+)>; rel="next"/.exec(page.headers['link'] ?? '')?.[1];
  }
  expect(seen).toEqual(['Team A', 'Team B', 'Team C']);
});
