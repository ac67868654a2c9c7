import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaOptions } from 'typeorm';
import type { ColumnType } from 'typeorm/driver/types/ColumnTypes.js';
import { resourceColumns } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';

type PlainRow = Record<string, unknown>;

/** TypeORM's view of a resource: property names are column names, composite fields are taken apart. */
export function entitySchema(resource: Resource): EntitySchema<PlainRow> {
  const columns: Record<string, EntitySchemaColumnOptions> = {
    tenant_id: { type: 'uuid', primary: true },
    id: { type: 'uuid', primary: true },
    version: { type: 'integer', default: 1 },
    created_at: { type: 'timestamp with time zone', default: () => 'now()' },
    updated_at: { type: 'timestamp with time zone', default: () => 'now()' },
  };
  for (const list of resourceColumns(resource).values()) {
    for (const column of list) columns[column.name] = { ...typeOf(column.type), nullable: !column.notNull };
  }
  const [schema, tableName] = resource.table.split('.') as [string, string];
  const options: Pick<EntitySchemaOptions<PlainRow>, 'name' | 'schema' | 'tableName' | 'columns'> = {
    name: resource.name,
    schema,
    tableName,
    columns,
  };
  return new EntitySchema<PlainRow>(options);
}

function typeOf(sqlType: string): Pick<EntitySchemaColumnOptions, 'type' | 'precision' | 'scale'> {
  const numeric = /^numeric\((\d+),(\d+)\)$/.exec(sqlType);
  if (numeric) return { type: 'numeric', precision: Number(numeric[1]), scale: Number(numeric[2]) };
  return { type: sqlType as ColumnType };
}
