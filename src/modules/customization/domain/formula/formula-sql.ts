import { functions } from './functions.js';
import type { Typed } from './formula.js';

/** How a formula finds its way in SQL. */
export interface SqlPlace {
  /** A field of the row at hand, or of one it refers to. */
  readonly field: (path: readonly string[]) => string;
  readonly timeZone: string;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const casts = { text: 'text', date: 'date', instant: 'timestamptz' } as const;

/** The formula as an SQL expression. Nothing of a text in it becomes anything but a quoted constant. */
export function formulaSql(formula: Typed, place: SqlPlace): string {
  switch (formula.kind) {
    case 'number':
      return `${formula.value}::numeric`;
    case 'text':
      return `${quoted(formula.value)}::${casts[formula.type]}`;
    case 'boolean':
      return String(formula.value);
    case 'null':
      return 'null';
    case 'field':
      return place.field(formula.path);
    default:
      return innerSql(formula, place);
  }
}

function innerSql(formula: Extract<Typed, { kind: 'not' | 'minus' | 'call' | 'binary' }>, place: SqlPlace): string {
  const sql = (part: Typed) => formulaSql(part, place);
  if (formula.kind === 'call') return functions.get(formula.name)?.sql(formula.args.map(sql), place) ?? 'null';
  if (formula.kind === 'binary') return binarySql(formula.operator, sql(formula.left), sql(formula.right));
  return formula.kind === 'not' ? `(not ${sql(formula.of)})` : `(- ${sql(formula.of)})`;
}

function binarySql(operator: Extract<Typed, { kind: 'binary' }>['operator'], left: string, right: string): string {
  if (operator === '&') return `concat(${left}, ${right})`;
  // What is divided by nothing is empty, not an error that hides the whole row.
  if (operator === '/') return `(${left} / nullif(${right}, 0))`;
  if (operator === '=') return `(${left} is not distinct from ${right})`;
  if (operator === '!=') return `(${left} is distinct from ${right})`;
  return `(${left} ${operator} ${right})`;
}
