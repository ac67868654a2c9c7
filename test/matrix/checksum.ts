import type { Machine } from './machine.js';

/** What requests may leave behind without having done anything, and why. */
const left: Readonly<Record<string, string>> = {
  'kernel.request_counts': 'counts requests',
  'kernel.socket_leases': 'counts what is open over sockets',
  'identity.login_throttle': 'counts failed sign-ins',
};

/** Count and hash of every table; of one tenant's rows when told. Tables without a tenant count for everybody, and of companies themselves each row is one's own. */
export async function checksum({ witness }: Machine, tenantId: string | null = null): Promise<ReadonlyMap<string, string>> {
  const { rows: tables } = await witness.query<{ name: string; tenant: boolean }>(`
    select n.nspname || '.' || c.relname as name,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as tenant
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|information_schema|public|bullmq)'`);
  const parts = tables
    .filter(({ name }) => !Object.hasOwn(left, name))
    .map(({ name, tenant }) => {
      const owner = tenant ? 'tenant_id' : name === 'kernel.tenants' ? 'id' : null;
      const where = tenantId !== null && owner !== null ? ` where t.${owner} = '${tenantId}'` : '';
      return `select '${name}' as name, count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as sum from ${name} t${where}`;
    });
  const { rows } = await witness.query<{ name: string; sum: string }>(parts.join(' union all '));
  return new Map(rows.map(({ name, sum }) => [name, sum]));
}

/** Names of the tables that are not what they were. */
export const changedTables = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...after].filter(([name, sum]) => before.get(name) !== sum).map(([name]) => name);
