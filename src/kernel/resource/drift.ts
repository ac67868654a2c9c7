import { createStatements, columnLines, customLine, foreignKeys, indexes, indexStatement, isBaseColumn, keyStatement } from './ddl.js';
import type { Registry } from './registry.js';
import type { Resource } from './define-resource.js';

/** What the database says of one table. */
export interface TableFacts {
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
  readonly foreignKeys: readonly string[];
  readonly forcedRowSecurity: boolean;
}

/** Reads the facts of all tables of the given schemas. `query` runs SQL as the owner. */
export async function readTables(
  query: (text: string, values: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>,
  schemas: readonly string[],
): Promise<Map<string, TableFacts>> {
  const { rows } = await query(
    `select n.nspname || '.' || c.relname as table,
       (select coalesce(json_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end order by a.attnum), '[]')
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select coalesce(json_agg(i.relname), '[]') from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = c.oid) as indexes,
       (select coalesce(json_agg(k.conname), '[]') from pg_constraint k where k.conrelid = c.oid and k.contype = 'f') as keys,
       c.relrowsecurity and c.relforcerowsecurity as forced
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and n.nspname = any($1)`,
    [schemas],
  );
  return new Map(
    rows.map((row) => [
      String(row['table']),
      {
        columns: row['columns'] as string[],
        indexes: row['indexes'] as string[],
        foreignKeys: row['keys'] as string[],
        forcedRowSecurity: row['forced'] === true,
      },
    ]),
  );
}

/** Lines of a migration that the definitions still need, by module. Empty when the database matches. */
export function drift(registry: Registry, tables: ReadonlyMap<string, TableFacts>): Map<string, string[]> {
  const tableOf = (name: string) => registry.resource(name).table;
  const result = new Map<string, string[]>();
  for (const resource of registry.resources.values()) {
    const facts = tables.get(resource.table);
    const lines = facts ? tableDrift(resource, facts, tableOf) : createStatements(resource, tableOf);
    if (lines.length > 0) result.set(resource.module, [...(result.get(resource.module) ?? []), ...lines]);
  }
  return result;
}

function tableDrift(resource: Resource, facts: TableFacts, tableOf: (name: string) => string): string[] {
  const wanted = columnLines(resource);
  const have = facts.columns.filter((line) => !isBaseColumn(line.split(' ')[0] ?? ''));
  const statement = (sql: string) => `    await q.query(\`${sql}\`);`;
  return [
    ...wanted
      .filter((line) => !have.includes(line))
      .map((line) => statement(`alter table ${resource.table} add column ${line === customLine ? `${line} default '{}'` : line}`)),
    ...have
      .filter((line) => !wanted.includes(line))
      .map((line) => statement(`alter table ${resource.table} drop column ${line.split(' ')[0] ?? ''} /* is: ${line} */`)),
    ...indexes(resource)
      .filter((i) => !facts.indexes.includes(i.name))
      .map((i) => statement(indexStatement(resource.table, i))),
    ...foreignKeys(resource, tableOf)
      .filter((k) => !facts.foreignKeys.includes(k.name))
      .map((k) => statement(keyStatement(resource.table, k))),
    ...(facts.forcedRowSecurity ? [] : [`    // ${resource.table}: row-level security is not forced`]),
  ];
}
