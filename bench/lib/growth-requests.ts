import { statSync } from 'node:fs';
import { graphql as ask, signIn } from './client.ts';
import type { Shot } from './load.ts';
import { workIn, type Work } from './statements.ts';

/** How many requests of a case are explained. */
export const asked = 40;
const account = 'id name sector employees';
const nested = `contacts(first: 5) { nodes { id firstName lastName email } }`;
const queries = {
  l1: `query ($after: String) { accounts(first: 50, after: $after) { nodes { ${account} ${nested} } } }`,
  l2: `query ($id: ID!) { account(id: $id) { ${account} contacts { nodes { id firstName lastName email } } } }`,
  sector: `query { accounts(first: 50, filter: { sector: { eq: "retail" } }) { nodes { ${account} } } }`,
  byName: `query ($after: String) { accounts(first: 50, orderBy: [{ name: ASC }], after: $after) { nodes { ${account} } } }`,
  named: `query ($name: String!) { accounts(first: 50, filter: { name: { eq: $name } }) { nodes { ${account} } } }`,
  create: `mutation ($input: CreateContactInput!) { createContact(input: $input) { id version firstName lastName email accountId } }`,
};

/** What is asked, of records spread over the whole company. */
export async function shotsOf(url: string, ids: readonly string[], step: number): Promise<Record<string, Shot[]>> {
  const headers = await signIn(url);
  const graphql = (query: string, variables: object): Shot => ({
    method: 'POST',
    path: '/graphql',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const cursors = await cursorsOf(url, headers, ids.length, '');
  const byName = await cursorsOf(url, headers, ids.length, ', orderBy: [{ name: ASC }]');
  const input = (accountId: string, i: number) => ({ accountId, firstName: 'Bench', lastName: `C ${i}`, email: `g${i}@example.test` });
  const shots: Record<string, Shot[]> = {
    L1: cursors.map((after) => graphql(queries.l1, { after })),
    L2: ids.map((id) => graphql(queries.l2, { id })),
    'accounts of a sector': [graphql(queries.sector, {})],
    'accounts by name': byName.map((after) => graphql(queries.byName, { after })),
    'account of a name': ids.map((_, i) => graphql(queries.named, { name: `Account ${1 + i * step}` })),
    create: ids.map((id, i) => graphql(queries.create, { input: input(id, i) })),
  };
  for (const [name, [shot]] of Object.entries(shots)) if (shot) await refuseErrors(url, name, shot);
  return shots;
}

/** A refusal would be measured like any answer. */
async function refuseErrors(url: string, name: string, { path, headers, body }: Shot): Promise<void> {
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: body ?? '' });
  const answer = await response.text();
  if (answer.includes('"errors"')) throw new Error(`${name}: ${answer.slice(0, 500)}`);
}

/** Cursors spread over the whole list. A cursor is good for its own list only, hence the long walk. */
async function cursorsOf(url: string, headers: Record<string, string>, count: number, order: string): Promise<string[]> {
  const query = `query ($after: String) { accounts(first: 200, after: $after${order}) { pageInfo { endCursor hasNextPage } } }`;
  const ends: string[] = [];
  let after: string | null = null;
  for (;;) {
    const page: { accounts: { pageInfo: { endCursor: string; hasNextPage: boolean } } } = await ask(url, headers, query, { after });
    if (!page.accounts.pageInfo.hasNextPage) break;
    after = page.accounts.pageInfo.endCursor;
    ends.push(after);
  }
  return Array.from(
    { length: Math.min(count, ends.length) },
    (_, i) => ends[Math.floor((i * ends.length) / Math.min(count, ends.length))] ?? '',
  );
}

/** What PostgreSQL did for each case, asked of an API whose statements are explained in `log`. */
export async function workOf(url: string, log: string, shots: Readonly<Record<string, Shot[]>>): Promise<Map<string, Work>> {
  const headers = await signIn(url);
  const work = new Map<string, Work>();
  for (const [name, list] of Object.entries(shots)) {
    const answerTo = async (i: number) => {
      const { path = '/', body = '' } = list[(i * 37) % list.length] ?? {};
      return (await fetch(`${url}${path}`, { method: 'POST', headers, body })).text();
    };
    // Every connection is new and has to prepare the statement before it counts.
    for (let i = 0, good = 0; good < 12; i++) {
      const answer = await answerTo(i);
      good = answer.includes('"errors"') ? 0 : good + 1;
      if (i === 200) throw new Error(`${name}: no answer without errors: ${answer.slice(0, 500)}`);
      if (good === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { size } = statSync(log);
    for (let i = 0; i < asked; i++) await answerTo(i + 12);
    work.set(name, workIn(log, size, asked));
  }
  return work;
}
