import type { ApiKit, Client, Company } from '../api/api-kit.js';

/** What no answer to an attacker may contain. */
export const canary = 'canary-7f3a';

/** A company with one row of each plain kind, all bearing the canary. */
export interface Victim {
  readonly company: Company;
  readonly ids: Readonly<Record<'accounts' | 'contacts' | 'leads' | 'opportunities' | 'cases' | 'products', string>>;
}

export async function openVictim(api: ApiKit): Promise<Victim> {
  const company = await api.company();
  const { admin } = company;
  const owned = { ownerId: admin.userId };
  const accounts = await make(admin, '/v1/accounts', { name: `${canary} GmbH`, number: canary, ...owned });
  const contacts = await make(admin, '/v1/contacts', { lastName: canary, email: `${canary}@example.test`, accountId: accounts, ...owned });
  const leads = await make(admin, '/v1/leads', { lastName: canary, company: canary, ...owned });
  const pipelineId = await make(admin, '/v1/pipelines', { name: 'Sales' });
  await make(admin, '/v1/stages', { pipelineId, name: 'New', kind: 'open', position: 1, probability: 10 });
  const opportunities = await make(admin, '/v1/opportunities', { name: canary, accountId: accounts, ...owned });
  const cases = await make(admin, '/v1/cases', { subject: canary, description: canary, contactId: contacts });
  const products = await make(admin, '/v1/products', { name: canary, code: canary });
  return { company, ids: { accounts, contacts, leads, opportunities, cases, products } };
}

/** Creates a row and returns its id, whatever the verb calls it. */
export async function make(client: Client, path: string, body: Record<string, unknown>): Promise<string> {
  const answer = await client.post(path, body);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  const id = Object.entries(answer.body).find(([name]) => name === 'id' || /^(opportunity|case)Id$/.test(name))?.[1];
  if (typeof id !== 'string') throw new Error(`POST ${path} answered no id: ${answer.text}`);
  return id;
}

const watched = [
  'customers.accounts',
  'customers.contacts',
  'sales.leads',
  'sales.opportunities',
  'service.cases',
  'catalog.products',
  'identity.users',
];

/** Everything a company has in the usual tables, as one text: the same before and after, nothing was written. */
export async function snapshot(api: ApiKit, tenantId: string): Promise<string> {
  const sums = watched.map((table) => `(select md5(string_agg(t::text, ',' order by t::text)) from ${table} t)`);
  return JSON.stringify(await api.kit.asOwner(`select ${sums.join(' || ')} as sum`, [], tenantId));
}
