import { sql, trusted, type Sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** Which facts may be out of date. */
export type FactScope =
  | { readonly all: true }
  /** Deals written since then; deals gone since then too. */
  | { readonly since: Date }
  /** Deals by their own ids, or by those of what they name. */
  | { readonly ids: readonly string[]; readonly of?: 'account' | 'product' | 'stage' | 'owner' };
export interface RefreshCounts {
  readonly written: number;
  readonly removed: number;
}

/** Columns a fact takes over from the published view as they are. */
const copied = [
  'account_id',
  'account',
  'sector',
  'product',
  'agent',
  'manager',
  'region',
  'stage',
  'status',
  'amount',
  'currency',
  'engaged_on',
  'close_on',
  'cycle_days',
  'owner_id',
];
const written = [...copied, 'amount_own'];
const columns = (alias: string, names: readonly string[]): Sql =>
  trusted(names.map((name) => (alias ? `${alias}.${name}` : name)).join(', '));

/**
 * Brings facts in line with the deals, in one statement however many they are, and writes only what differs.
 * Call it in the transaction that changed the deals, or after it; running it twice changes nothing.
 */
export async function refreshFacts(work: Work, scope: FactScope): Promise<RefreshCounts> {
  if ('ids' in scope && scope.ids.length === 0) return { written: 0, removed: 0 };
  // Two refreshes must not overtake each other: the later one waits, and then reads what is committed by then.
  await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`analytics.facts ${work.tenantId}`}, 0))`);
  const [upserted] = await work.rows<{ n: number }>(upsert(work, scope));
  // Deals do not go when what they name changes.
  const [deleted] = 'of' in scope && scope.of ? [] : await work.rows<{ n: number }>(removal(work, scope));
  return { written: upserted?.n ?? 0, removed: deleted?.n ?? 0 };
}

/** A value counts in the measures when it is in the company's own currency; there are no rates to convert others by. */
function upsert(work: Work, scope: FactScope): Sql {
  const changes = trusted(written.map((name) => `${name} = excluded.${name}`).join(', '));
  return sql`
    with source as (
      select v.tenant_id, v.id, ${columns('v', copied)}, case when v.currency = t.currency then v.amount end as amount_own
      from sales_pub.opportunity_facts v join kernel.tenants t on t.id = v.tenant_id
      where v.tenant_id = ${work.tenantId} and ${sourceRows(scope)}
    ), changed as (
      insert into analytics.opportunity_facts as f (tenant_id, id, ${columns('', written)}, created_at, updated_at)
      select s.tenant_id, s.id, ${columns('s', written)}, ${work.now}::timestamptz, ${work.now}::timestamptz
      from source s left join analytics.opportunity_facts f on f.tenant_id = s.tenant_id and f.id = s.id
      where f.id is null or row(${columns('f', written)}) is distinct from row(${columns('s', written)})
      on conflict (tenant_id, id) do update set ${changes}, version = f.version + 1, updated_at = excluded.updated_at
      returning 1
    )
    select count(*)::int as n from changed`;
}

function removal(work: Work, scope: FactScope): Sql {
  return sql`
    with gone as (
      delete from analytics.opportunity_facts f
      where f.tenant_id = ${work.tenantId} and ${'ids' in scope ? sql`f.id = any(${scope.ids}::uuid[])` : trusted('true')}
        and not exists (select 1 from sales_pub.opportunity_facts v where v.tenant_id = f.tenant_id and v.id = f.id)
      returning 1
    )
    select count(*)::int as n from gone`;
}

const keys = {
  account: trusted('v.account_id'),
  product: trusted('v.product_id'),
  stage: trusted('v.stage_id'),
  owner: trusted('v.owner_id'),
};

function sourceRows(scope: FactScope): Sql {
  if ('ids' in scope) return sql`${scope.of ? keys[scope.of] : trusted('v.id')} = any(${scope.ids}::uuid[])`;
  return 'since' in scope ? sql`v.updated_at >= ${scope.since}` : trusted('true');
}
