import { Client as Urql, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { openApiKit, type ApiKit, type Company } from '../api/api-kit.js';
import { until } from './graphql-listener.js';

let api: ApiKit;
let url: string;
let company: Company;
beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
});
beforeEach(async () => {
  company = await api.company();
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

interface Account {
  readonly id: string;
  readonly name: string;
}
interface Page {
  readonly accounts: {
    readonly edges: readonly { readonly node: Account }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}
const list = gql<Page>`
  query List($after: String) {
    accounts(first: 3, after: $after, orderBy: [{ name: ASC }]) {
      edges {
        cursor
        node {
          id
          version
          name
          address {
            city
          }
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;
const rename = gql<{ updateAccount: Account & { version: number } }>`
  mutation Rename($id: ID!, $name: String!, $version: Int) {
    updateAccount(id: $id, expectedVersion: $version, patch: { name: $name }) {
      id
      version
      name
    }
  }
`;

/** The keys are those our page for front ends names. */
const unkeyed = () => null;
const connect = () =>
  new Urql({
    url: `${url}/graphql`,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${company.admin.token}` } },
    exchanges: [
      cacheExchange({
        keys: { Money: unkeyed, Address: unkeyed, ZonedPlan: unkeyed, PageInfo: unkeyed },
        resolvers: { Query: { accounts: relayPagination() } },
        optimistic: {
          // Given the arguments, as they stand in the document.
          updateAccount: ({ id, patch, expectedVersion }) =>
            ({ __typename: 'Account', id, version: expectedVersion, name: (patch as { name: string }).name }) as never,
        },
      }),
      fetchExchange,
    ],
  });

const names = (page: Page | undefined) => (page?.accounts.edges ?? []).map(({ node }) => node.name);
async function make(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(String((await company.admin.post('/v1/accounts', { name: `Account ${i}` })).body['id']));
  return ids;
}

test('relayPagination puts pages together without doubles', async () => {
  await make(7);
  const client = connect();
  const first = await client.query(list, {}).toPromise();
  expect(first.error).toBeUndefined();
  const second = await client.query(list, { after: first.data?.accounts.pageInfo.endCursor ?? null }).toPromise();
  const all = await client.query(list, { after: second.data?.accounts.pageInfo.endCursor ?? null }).toPromise();
  expect(names(all.data)).toEqual(Array.from({ length: 7 }, (_, i) => `Account ${i}`));
});

test('an optimistic update shows at once and is confirmed; a refused one is taken back and tells its code', async () => {
  const [id = ''] = await make(1);
  const client = connect();
  await client.query(list, {}).toPromise();
  const shown: string[] = [];
  const subscription = client.query(list, {}).subscribe(({ data }) => shown.push(...names(data)));
  const good = await client.mutation(rename, { id, name: 'Renamed', version: 1 }).toPromise();
  expect(good.data?.updateAccount).toMatchObject({ name: 'Renamed', version: 2 });
  const refused = await client.mutation(rename, { id, name: 'Too late', version: 1 }).toPromise();
  expect(refused.error?.graphQLErrors).toMatchObject([
    { path: ['updateAccount'], extensions: { code: 'account.version_conflict', currentVersion: 2 } },
  ]);
  await until(() => shown.includes('Too late') && shown.at(-1) === 'Renamed');
  subscription.unsubscribe();
});
