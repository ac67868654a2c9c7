/** JSON as it is put together in SQL: text that is known beforehand, and expressions whose value is JSON text and never null. */
export type Json = readonly (string | { readonly sql: string })[];

export interface Member {
  readonly key: string;
  readonly value: Json;
}

/** PostgreSQL's functions take at most a hundred arguments. */
const mostArguments = 90;

/** `value` known when the statement is written. */
export const constantJson = (value: string | null): Json => [JSON.stringify(value)];

/** JSON made by an expression of type json, or of text that holds JSON; null becomes JSON's null. */
export const orNull = (expression: string): Json => [{ sql: `coalesce(${expression}, 'null')` }];

export const objectJson = (members: readonly Member[]): Json => [
  ...members.flatMap(({ key, value }, i) => [`${i === 0 ? '{' : ','}${JSON.stringify(key)}:`, ...value]),
  members.length === 0 ? '{}' : '}',
];

/** The column or expression of an SQL type as JSON. Exact numbers are text, as a float would not hold them. */
export function valueJson(expression: string, { type, notNull }: { readonly type: string; readonly notNull: boolean }): Json {
  const quoted = type === 'uuid' || type.startsWith('numeric');
  if (quoted) return notNull ? ['"', { sql: expression }, '"'] : orNull(`'"' || ${expression}::text || '"'`);
  if (type === 'integer') return notNull ? [{ sql: expression }] : orNull(`${expression}::text`);
  const json = type === 'text' ? textJson(expression) : `to_json(${expression})`;
  return notNull ? [{ sql: json }] : orNull(json);
}

/** A text as JSON, of type json. */
export const textJson = (expression: string): string => `kernel.json_text(${expression})`;

/** All of it as one SQL expression of type text. */
export function textOf(json: Json): string {
  const parts: string[] = [];
  let known = '';
  const flush = () => {
    if (known !== '') parts.push(`'${known.replaceAll("'", "''")}'`);
    known = '';
  };
  for (const piece of json) {
    if (typeof piece === 'string') known += piece;
    else {
      flush();
      parts.push(piece.sql);
    }
  }
  flush();
  return concat(parts);
}

function concat(parts: readonly string[]): string {
  if (parts.length <= mostArguments) return `concat(${parts.join(', ')})`;
  const chunks = Array.from({ length: Math.ceil(parts.length / mostArguments) }, (_, i) =>
    concat(parts.slice(i * mostArguments, (i + 1) * mostArguments)),
  );
  return concat(chunks);
}

/** The bodies of all rows as a list; `within` orders them or leaves some out. */
export const listJson = (body: string, within: { readonly order?: string; readonly filter?: string } = {}): Json => [
  '[',
  {
    sql: `string_agg(${body}, ','${within.order ? ` order by ${within.order}` : ''})${within.filter ? ` filter (where ${within.filter})` : ''}`,
  },
  ']',
];
