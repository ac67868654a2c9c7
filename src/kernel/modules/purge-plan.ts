import { boxTables, quoted, type BoxTable } from '../box/box-tables.js';
import { OpenWork } from '../db/open-work.js';
import { pointersAt, type Pointer } from '../db/release-rows.js';
import type { Resource } from '../resource/define-resource.js';
import { codeOfResource, firstOwnCode } from '../resource/ids.js';
import type { Switch } from '../variants/switches.js';

export const fates = ['deleted', 'emptied', 'blocks'] as const;

/** What becomes of rows. */
export interface Touched {
  /** The resource they are of, or their table where they are of none. */
  readonly of: string;
  /** By what they refer to what goes; null: they are the module's own. */
  readonly field: string | null;
  readonly fate: (typeof fates)[number];
  readonly rows: number;
}

/** What a module, or a part of one, has of a tenant, and what others have that refers to it. */
export interface PurgePlan {
  /** Its tables, each before those its rows name. */
  readonly tables: readonly BoxTable[];
  readonly resources: readonly Resource[];
  readonly touched: readonly Touched[];
}

export async function purgePlan(work: OpenWork, one: Switch): Promise<PurgePlan> {
  const resources = resourcesOf(one);
  const tables = await tablesOf(work, one);
  const own = await counted(
    work,
    tables.map(({ name }) => ({ of: nameOf(resources, name), field: null, fate: 'deleted' as const, from: fromTable(name) })),
  );
  const touched = [...own, ...(await keptByKeys(work, tables)), ...(await keptByFields(await withAllModules(work), resources))];
  return { tables, resources, touched: touched.filter(({ rows }) => rows > 0) };
}

export const resourcesOf = ({ module, part }: Switch): readonly Resource[] => (part ?? module).resources ?? [];

/** All tables of its schema; of a part those of its resources. The last to be filled comes first. */
export async function tablesOf(work: OpenWork, one: Switch): Promise<BoxTable[]> {
  const named = new Set(resourcesOf(one).map(({ table }) => table));
  const isOwn = ({ name }: BoxTable) => named.has(name) || (!one.part && name.startsWith(`${one.module.name}.`));
  return (await boxTables(work)).filter(isOwn).reverse();
}

/** How ids of these resources look where their type stands: from the 15th character on. */
export const marksOf = (resources: readonly Resource[]): string[] =>
  resources.map((resource) => {
    const code = codeOfResource(resource);
    return `${code < firstOwnCode ? 7 : 8}${(code & 0xfff).toString(16).padStart(3, '0')}`;
  });

/** The legal hold that keeps it: one over everything, or over one of its records. */
export async function holdOn(work: OpenWork, resources: readonly Resource[]): Promise<string | null> {
  const { rows } = await work.exec(
    `select name from audit.legal_holds where tenant_id = $1 and lifted_at is null
      and (record_id is null or substr(record_id, 15, 4) = any($2::text[])) order by id limit 1`,
    [work.tenantId, marksOf(resources)],
  );
  return rows[0] ? String(rows[0]['name']) : null;
}

/** The same transaction with all the company could have: fields that point at modules that are off are there. Nobody judges what it writes. */
export async function withAllModules(work: OpenWork): Promise<OpenWork> {
  let registry = work.definitions.whole;
  for (const { tenantDefinitions } of registry.modules) if (tenantDefinitions) registry = await tenantDefinitions(registry, work);
  return new OpenWork({ ...work.connection, registry, judging: null, ownNoun: null });
}

export interface PointerAt {
  readonly resource: Resource;
  readonly pointer: Pointer;
}

/** Fields of the company's own by which records of other modules point at these. */
export const pointersFrom = ({ definitions }: OpenWork, resources: readonly Resource[]): PointerAt[] => {
  const own = new Set(resources.map(({ name }) => name));
  return resources.flatMap((resource) =>
    pointersAt(definitions, resource)
      .filter(({ from }) => !own.has(from.name))
      .map((pointer) => ({ resource, pointer })),
  );
};

interface Question extends Omit<Touched, 'rows'> {
  /** What follows `select count(*) from`; the tenant is `$1`. */
  readonly from: string;
  readonly values?: readonly unknown[];
}

async function counted(work: OpenWork, questions: readonly Question[]): Promise<Touched[]> {
  const found: Touched[] = [];
  for (const { from, values = [], ...what } of questions) {
    const { rows } = await work.exec(`select count(*) as n from ${from}`, [work.tenantId, ...values]);
    found.push({ ...what, rows: Number(rows[0]?.['n'] ?? 0) });
  }
  return found;
}

const fromTable = (name: string): string => `${quoted(name)} r where r.tenant_id = $1`;

const nameOf = (resources: Iterable<Resource>, table: string): string =>
  [...resources].find((resource) => resource.table === table)?.name ?? table;

const KEYS = `select fn.nspname || '.' || f.relname as "from", k.confdeltype as rule,
  (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any(k.conkey) and a.attname <> 'tenant_id') as columns
from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_namespace fn on fn.oid = f.relnamespace
  join pg_class t on t.oid = k.confrelid join pg_namespace tn on tn.oid = t.relnamespace
where k.contype = 'f' and k.conparentid = 0 and tn.nspname || '.' || t.relname = any($1::text[]) and not fn.nspname || '.' || f.relname = any($1::text[])
order by 1, k.conname`;

const fateByRule: Readonly<Record<string, Touched['fate']>> = { c: 'deleted', n: 'emptied', d: 'emptied' };

/** Rows of other modules' tables that name its rows. */
async function keptByKeys(work: OpenWork, tables: readonly BoxTable[]): Promise<Touched[]> {
  const { rows } = await work.exec(KEYS, [tables.map(({ name }) => name)]);
  const questions = rows.map((row): Question => {
    const [table, columns] = [String(row['from']), row['columns'] as readonly string[]];
    return {
      of: nameOf(work.definitions.whole.resources.values(), table),
      field: columns.join(', '),
      fate: fateByRule[String(row['rule'])] ?? 'blocks',
      from: `${fromTable(table)}${columns.map((name) => ` and r.${quoted(name)} is not null`).join('')}`,
    };
  });
  return counted(work, questions);
}

const fateByField = { restrict: 'blocks', cascade: 'deleted', set_null: 'emptied' } as const;

/** The same of fields of the company's own, which have no keys. */
const keptByFields = (work: OpenWork, resources: readonly Resource[]): Promise<Touched[]> =>
  counted(
    work,
    pointersFrom(work, resources).map(({ pointer: { from, name, fieldId, onDelete } }) => ({
      of: from.name,
      field: name,
      fate: fateByField[onDelete],
      from: `kernel.field_index_ref r where r.tenant_id = $1 and r.field_id = $2`,
      values: [fieldId],
    })),
  );
