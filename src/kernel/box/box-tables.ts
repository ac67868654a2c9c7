import type { OpenWork } from '../db/open-work.js';
import { boxRulesOf, type BoxRule } from './box-rule.js';
import { orderTables, type Reference } from './order-tables.js';

export interface BoxColumn {
  readonly name: string;
  /** Its type as PostgreSQL writes it: `numeric(19,4)`. */
  readonly type: string;
  readonly isRequired: boolean;
}

/** A table whose rows belong to tenants, as the database has it. */
export interface BoxTable {
  /** With its schema. */
  readonly name: string;
  /** All but `tenant_id`. */
  readonly columns: readonly BoxColumn[];
  /** What puts its rows in order, and tells one from another within a tenant. */
  readonly key: readonly string[];
  readonly late: readonly string[];
  readonly rule: BoxRule;
}

/** All tables with a `tenant_id`, in an order in which they can be filled. They are read from the database, so that a new one is in by itself. */
export async function boxTables(work: OpenWork): Promise<BoxTable[]> {
  const [found, references] = [await readTables(work), await readReferences(work)];
  const rules = boxRulesOf(work.definitions.whole.modules);
  const { tables, late } = orderTables([...found.keys()], references);
  return tables.flatMap((name) => {
    const table = found.get(name);
    const rule = rules.get(name) ?? {};
    return table ? [{ ...table, name, rule, key: rule.order ?? table.key, late: late.get(name) ?? [] }] : [];
  });
}

/** What travels: all that is not left out, and secrets only when they are asked for. */
export const travels = ({ rule }: BoxTable, withSecrets: boolean): boolean => !rule.leftOut && (withSecrets || !rule.isSecret);

const notOurs = `n.nspname not in ('pg_catalog', 'information_schema', 'bullmq') and n.nspname not like 'pg\\_%'`;

const TABLES = `select n.nspname || '.' || c.relname as name,
  (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'isRequired', a.attnotnull) order by a.attnum)
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attname <> 'tenant_id') as columns,
  coalesce((select json_agg(a.attname order by k.place) from pg_index i cross join lateral unnest(i.indkey) with ordinality k (attnum, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where i.indrelid = c.oid and i.indisprimary and a.attname <> 'tenant_id'), '[]') as key
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and ${notOurs}
  and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)`;

async function readTables(work: OpenWork): Promise<Map<string, Pick<BoxTable, 'columns' | 'key'>>> {
  const { rows } = await work.exec(TABLES, []);
  return new Map(
    rows.map((row) => [String(row['name']), { columns: row['columns'] as BoxColumn[], key: row['key'] as string[] }] as const),
  );
}

const REFERENCES = `select fn.nspname || '.' || f.relname as "from", tn.nspname || '.' || t.relname as "to",
  (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any(k.conkey) and a.attname <> 'tenant_id') as columns
from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_namespace fn on fn.oid = f.relnamespace
  join pg_class t on t.oid = k.confrelid join pg_namespace tn on tn.oid = t.relnamespace
where k.contype = 'f' and k.conparentid = 0 and k.confrelid <> 'kernel.tenants'::regclass`;

async function readReferences(work: OpenWork): Promise<Reference[]> {
  const { rows } = await work.exec(REFERENCES, []);
  return rows.map((row) => ({ from: String(row['from']), to: String(row['to']), columns: (row['columns'] as string[] | null) ?? [] }));
}

export const quoted = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
