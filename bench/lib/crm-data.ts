import pg from 'pg';

/** A tenant of the size the design was measured with, made by SQL. */
export interface CrmData {
  readonly tenantId: string;
  readonly accountIds: readonly string[];
  readonly ownerId: string;
}

/** `n` as an id of the given resource type; ids of one type sort by n. */
const id = (code: string, n: string) =>
  `(lpad(to_hex(1700000000000 + ${n}), 12, '0') || '7${code}' || '8' || lpad(to_hex(${n}), 15, '0'))::uuid`;

export async function fillCrm(
  { ownerUrl, appUrl }: { ownerUrl: string; appUrl: string },
  codes: { account: string; contact: string; opportunity: string },
  size = { accounts: 20_000, contacts: 5, opportunities: 5 },
): Promise<CrmData> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const rows = async (text: string, values: unknown[] = []) => (await client.query<Record<string, string>>(text, values)).rows;
  try {
    const tenantId = await demoTenant(appUrl);
    await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId]);
    const [owner] = await rows(`select id from identity.users where email = 'demo@kontor.example'`);
    const ownerId = owner?.['id'] ?? '';
    const [stage] = await rows(
      `select s.id, s.pipeline_id, s.probability from sales.stages s where kind = 'open' order by position limit 1`,
    );
    await client.query(
      `insert into customers.accounts (id, name, sector, employees, owner_id) select ${id(codes.account, 'n')}, 'Account ' || n, (array['retail','medical','technology'])[1 + n % 3], n % 5000, $1 from generate_series(1, $2::int) n`,
      [ownerId, size.accounts],
    );
    await client.query(
      `insert into customers.contacts (id, account_id, owner_id, first_name, last_name, email, do_not_call) select ${id(codes.contact, '(a * 10 + k)')}, ${id(codes.account, 'a')}, $1, 'First ' || k, 'Last ' || a, 'c' || a || '.' || k || '@example.test', false from generate_series(1, $2::int) a, generate_series(1, $3::int) k`,
      [ownerId, size.accounts, size.contacts],
    );
    await client.query(
      `insert into sales.opportunities (id, name, account_id, owner_id, pipeline_id, stage_id, status, amount, amount_currency, probability, close_on, stage_entered_at)
       select ${id(codes.opportunity, '(a * 10 + k)')}, 'Deal ' || a || '.' || k, ${id(codes.account, 'a')}, $1, $2, $3, 'open', a % 900 + k, 'EUR', $4, date '2026-01-01' + (a % 365), now() from generate_series(1, $5::int) a, generate_series(1, $6::int) k`,
      [ownerId, stage?.['pipeline_id'], stage?.['id'], stage?.['probability'], size.accounts, size.opportunities],
    );
    await client.query('analyze');
    const ids = await rows(`select id from customers.accounts where name like 'Account %' order by id`);
    return { tenantId, ownerId, accountIds: ids.map((row) => row['id'] ?? '') };
  } finally {
    await client.end();
  }
}

/** The owner's rows are behind the wall too: the only tenant there is, the demo company, is found through the function for sign-in. */
async function demoTenant(appUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `select tenant as id from identity.login_tenants('demo@kontor.example', 'demo') as tenant`,
    );
    return rows[0]?.id ?? '';
  } finally {
    await client.end();
  }
}
