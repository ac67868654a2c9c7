import type { OpenWork } from '../db/open-work.js';
import { damaged } from './box-errors.js';
import { quoted, type BoxTable } from './box-tables.js';
import type { BoxPart } from './manifest.js';

/** Rows of one statement: so many, or so long. */
const mostRows = 1_000;
const mostBytes = 1_048_576;

/** Lines in portions a statement can take. */
export async function* portionsOf(lines: AsyncIterable<string>): AsyncGenerator<string[]> {
  let held: string[] = [];
  let bytes = 0;
  for await (const line of lines) {
    held.push(line);
    bytes += line.length;
    if (held.length < mostRows && bytes < mostBytes) continue;
    yield held;
    [held, bytes] = [[], 0];
  }
  if (held.length > 0) yield held;
}

export interface Loading {
  readonly table: BoxTable;
  readonly part: BoxPart;
  /** SQL of our own, over the row `l` of the box, that is stored instead of what the box says. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** Stores rows as the box has them. Columns that name rows which may not be there yet stay empty: `fillLate` comes behind. */
export async function insertRows(work: OpenWork, { table, part, instead = {} }: Loading, lines: readonly string[]): Promise<void> {
  const columns = columnsOf(table, part);
  const values = columns.map(({ name, type, isRequired }) => {
    if (table.late.includes(name)) return 'null';
    const value = instead[name] ?? `l.${quoted(name)}`;
    // The only empty value such a column can have in a box is the null of JSON.
    return isRequired && type === 'jsonb' ? `coalesce(${value}, 'null')` : value;
  });
  await stored(
    work,
    table,
    `insert into ${quoted(table.name)} (tenant_id${columns.map(({ name }) => `, ${quoted(name)}`).join('')})
     select $1${values.map((value) => `, ${value}`).join('')} from ${recordsOf(table, part)}`,
    lines,
  );
}

export async function fillLate(work: OpenWork, { table, part }: Loading, lines: readonly string[]): Promise<void> {
  const sets = table.late.map((name) => `${quoted(name)} = l.${quoted(name)}`);
  const same = table.key.map((name) => `r.${quoted(name)} = l.${quoted(name)}`);
  const isNamed = table.late.map((name) => `l.${quoted(name)} is not null`);
  await stored(
    work,
    table,
    `update ${quoted(table.name)} r set ${sets.join(', ')} from ${recordsOf(table, part)}
     where r.tenant_id = $1 and ${same.join(' and ')} and (${isNamed.join(' or ')})`,
    lines,
  );
}

/** What a row of the box looks like to PostgreSQL. */
export const recordsOf = (table: BoxTable, part: BoxPart): string =>
  `json_to_recordset($2::json) as l (${columnsOf(table, part)
    .map(({ name, type }) => `${quoted(name)} ${type}`)
    .join(', ')})`;

const columnsOf = (table: BoxTable, part: BoxPart) => table.columns.filter(({ name }) => part.columns.includes(name));

async function stored(work: OpenWork, table: BoxTable, text: string, lines: readonly string[]): Promise<void> {
  try {
    await work.exec(text, [work.tenantId, `[${lines.join(',')}]`]);
  } catch (error) {
    // 22 and 23: what is there does not fit its column, or the rows do not fit each other.
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (typeof code === 'string' && /^2[23]/.test(code)) throw damaged(`A row of ${table.name} does not fit: ${String(message)}`);
    throw error;
  }
}
