import type { Resource, Row } from '#kernel/resource/define-resource.js';
import type { FindOptions, Work } from '#kernel/usecase/work.js';
import type { Made } from '../domain/made.js';
import type { MappedRow, Wanted } from '../domain/map-record.js';
import { comparable, keyOf, partsOf, shapeOf, wantedByDepth, type Existing } from '../domain/plan.js';

/** Rows of any resource, as an engine sees them that knows none in particular. */
export const rowsOf = async (
  work: Work,
  resource: Resource,
  where: Readonly<Record<string, readonly unknown[]>>,
  options: Pick<FindOptions<Resource>, 'lock'> = {},
): Promise<Existing[]> => {
  const rows: readonly Row<Resource>[] = await work.repo(resource).list(where, options);
  return rows.map((row) => ({ ...row }));
};

/** Ids of all rows the references name, one question for each kind and depth of reference. In a dry run, rows it would have made count as found. */
export async function findReferences(work: Work, rows: readonly MappedRow[], made?: Made): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const level of wantedByDepth(rows)) {
    const shapes = Map.groupBy(level, shapeOf);
    for (const [shape, wanted] of shapes) await findShape(work, { shape, wanted, made }, found);
  }
  return found;
}

interface Asked {
  readonly shape: string;
  readonly wanted: readonly Wanted[];
  readonly made: Made | undefined;
}

async function findShape(work: Work, { shape, wanted, made }: Asked, found: Map<string, string>): Promise<void> {
  const [first] = wanted;
  if (!first) return;
  const fields = Object.keys(first.by).sort();
  const keys = wanted.map((one) => partsOf(one, found)).filter((parts) => parts !== null);
  if (keys.length === 0) return;
  const where = Object.fromEntries(fields.map((field, i) => [field, [...new Set(keys.map((parts) => parts[i]))]]));
  for (const row of await rowsOf(work, work.resource(first.resource), where)) {
    found.set(`${shape}${keyOf(fields.map((field) => row[field] ?? null))}`, row.id);
  }
  if (!made) return;
  for (const parts of keys) {
    const name = `${shape}${keyOf(parts)}`;
    if (!found.has(name) && made.has(shape, parts)) found.set(name, made.idOf(shape, parts));
  }
}

/** Rows that are there already, by their key. */
export async function findExisting(
  work: Work,
  resource: Resource,
  key: readonly string[],
  rows: readonly MappedRow[],
): Promise<Map<string, Existing>> {
  const wanted = rows.filter((row) => row.fate === 'import');
  if (wanted.length === 0 || key.length === 0) return new Map();
  const where = Object.fromEntries(key.map((field) => [field, [...new Set(wanted.map((row) => row.values[field] ?? null))]]));
  const existing = await rowsOf(work, resource, where);
  return new Map(existing.map((row) => [keyOf(key.map((field) => comparable(row[field]))), row]));
}
