import { ApolloClient, CombinedGraphQLErrors, gql, type TypedDocumentNode, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { openApiKit, type ApiKit, type Company } from '../api/api-kit.js';
import { until } from './graphql-listener.js';

let api: ApiKit;
let url: string;
let company: Company;
const open: (() => unknown)[] = [];

beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
});
beforeEach(async () => {
  company = await api.company();
});
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

interface Account {
  readonly __typename?: string;
  readonly id: string;
  readonly name: string;
  readonly version: number;
}
interface Page {
  readonly accounts: {
    readonly edges: readonly { readonly node: Account }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}

const list: TypedDocumentNode<Page, { first?: number; after?: string }> = gql`
  query List($first: Int, $after: String) {
    accounts(first: $first, after: $after, orderBy: [{ name: ASC }]) {
      edges {
        cursor
        node {
          id
          version
          name
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
const rename = gql`
  mutation Rename($id: ID!, $name: String!, $version: Int) {
    updateAccount(id: $id, expectedVersion: $version, patch: { name: $name }) {
      id
      version
      name
    }
  }
`;

function connect(): ApolloClient {
  const headers = { authorization: `Bearer ${company.admin.token}` };
  const client = new ApolloClient({
    link: new HttpLink({ uri: `${url}/graphql`, headers }),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { accounts: relayStylePagination(['filter', 'orderBy']) } } } }),
  });
  open.push(() => client.stop());
  return client;
}

const names = (page: Page | null | undefined) => (page?.accounts.edges ?? []).map(({ node }) => node.name);
const make = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, i) => company.admin.post('/v1/accounts', { name: `Account ${String(i).padStart(2, '0')}` })),
  );

test('relayStylePagination puts pages together without doubles', async () => {
  await make(7);
  const client = connect();
  const query = client.watchQuery<Page>({ query: list, variables: { first: 3 } });
  let last: Page | undefined;
  const subscription = query.subscribe(({ data }) => {
    last = data as Page | undefined;
  });
  open.push(() => subscription.unsubscribe());
  await until(() => names(last).length === 3);
  for (let known = 3; known < 7; known = names(last).length) {
    await query.fetchMore({ variables: { after: last?.accounts.pageInfo.endCursor } });
    await until(() => names(last).length > known);
  }
  expect(names(last)).toEqual(Array.from({ length: 7 }, (_, i) => `Account 0${i}`));
  expect(last?.accounts.pageInfo.hasNextPage).toBe(false);
});

test('an optimistic update shows at once, and what the server says takes its place', async () => {
  await make(1);
  const client = connect();
  const { data } = await client.query({ query: list, variables: { first: 1 } });
  const account = data?.accounts.edges[0]?.node;
  if (!account) throw new Error('The account is missing.');
  const shown: string[] = [];
  const subscription = client.watchQuery<Page>({ query: list, variables: { first: 1 } }).subscribe((result) => {
    shown.push(...names(result.data as Page | undefined));
  });
  open.push(() => subscription.unsubscribe());
  await client.mutate({
    mutation: rename,
    variables: { id: account.id, name: '  Confirmed  ', version: 1 },
    optimisticResponse: { updateAccount: { __typename: 'Account', id: account.id, version: 1, name: 'Hoped for' } },
  });
  await until(() => shown.at(-1) !== 'Hoped for');
  expect(shown).toContain('Hoped for');
  expect(shown.at(-1)?.trim()).toBe('Confirmed');
});

test('a refused mutation tells its code and details and takes the optimistic update back', async () => {
  await make(1);
  const client = connect();
  const { data } = await client.query({ query: list, variables: { first: 1 } });
  const id = data?.accounts.edges[0]?.node.id;
  const error = await client
    .mutate({
      mutation: rename,
      variables: { id, name: 'Too late', version: 7 },
      optimisticResponse: { updateAccount: { __typename: 'Account', id, version: 8, name: 'Too late' } },
    })
    .catch((thrown: unknown) => thrown);
  expect(CombinedGraphQLErrors.is(error) ? error.errors : error).toMatchObject([
    { path: ['updateAccount'], extensions: { code: 'account.version_conflict', expectedVersion: 7, currentVersion: 1 } },
  ]);
  expect(names(client.readQuery<Page>({ query: list, variables: { first: 1 } }))).toEqual(['Account 00']);
});

test('errorPolicy "all" keeps the good part of an answer beside the error of the other', async () => {
  await make(1);
  const client = connect();
  const answer = await client.query({
    query: gql`
      query Both($after: String) {
        me {
          name
        }
        account(id: "no id") {
          id
        }
        bad: accounts(first: 1, after: $after) {
          nodes {
            id
          }
        }
      }
    `,
    variables: { after: 'made up' },
    errorPolicy: 'all',
  });
  const errors = CombinedGraphQLErrors.is(answer.error) ? answer.error.errors : [];
  expect(errors).toMatchObject([{ path: ['bad'], extensions: { code: 'paging.cursor_invalid' } }]);
});
