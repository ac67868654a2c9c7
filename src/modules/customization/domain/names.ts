/** Words a field of a company may not be called by: rows, filters and lists know them already. */
const reservedFields: ReadonlySet<string> = new Set(
  'id version createdAt updatedAt can externalRefs externalRef ownerId owner and or not search nodes node edges pageInfo totalCount aggregate groups count keys cursor tenantId tenant custom translations true false null'.split(
    ' ',
  ),
);
/** Ends of names that are made of an object's: an object `order` and one called `orderFilter` would meet. */
const madeOf: ReadonlySet<string> = new Set(
  'Connection Edge Aggregate Group GroupBy GroupField Sum Average Minimum Maximum Filter RelationFilter Order Change Input Patch'.split(
    ' ',
  ),
);

/** Camel case without two capitals in a row: made into `snake_case` and back, it stays the same. */
export const isKey = (text: string): boolean => /^[a-z][a-z0-9]*([A-Z][a-z0-9]+)*$/.test(text) && text.length >= 2 && text.length <= 60;
export const isOptionKey = (text: string): boolean => /^[a-z][a-zA-Z0-9_]{0,59}$/.test(text) && !['true', 'false', 'null'].includes(text);
/** A field called `toString` would make a record that cannot be told as a text: what every object of JavaScript has is no name either. */
export const isReserved = (key: string): boolean =>
  reservedFields.has(key) || key in Object.prototype || key === 'then' || key === 'toJSON';

/** Whether one name is made of the other as the machine makes names. */
export function meet(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short === long || (long.startsWith(short) && madeOf.has(long.slice(short.length)));
}
