/** A foreign key: rows of `from` name rows of `to` by these columns besides the tenant. */
export interface Reference {
  readonly from: string;
  readonly to: string;
  readonly columns: readonly string[];
}

export interface TableOrder {
  /** Each table behind those its rows name. */
  readonly tables: readonly string[];
  /** Columns, by table, whose target comes later or is of the same table: they are filled in when all rows are there. */
  readonly late: ReadonlyMap<string, readonly string[]>;
}

/** An order in which tables can be filled. Where references go in a circle, one of them is filled in afterwards. */
export function orderTables(names: readonly string[], references: readonly Reference[]): TableOrder {
  const waiting = new Set([...names].sort());
  const late = new Map<string, readonly string[]>();
  const tables: string[] = [];
  const open = (name: string) => references.filter(({ from, to }) => from === name && to !== name && waiting.has(to));
  const postpone = (name: string, those: readonly Reference[]) =>
    late.set(name, [...new Set([...(late.get(name) ?? []), ...those.flatMap(({ columns }) => columns)])]);
  while (waiting.size > 0) {
    const free = [...waiting].find((name) => open(name).length === 0);
    const next = free ?? [...waiting].reduce((best, name) => (open(name).length < open(best).length ? name : best));
    if (free === undefined) postpone(next, open(next));
    waiting.delete(next);
    tables.push(next);
  }
  for (const name of tables) {
    const own = references.filter(({ from, to }) => from === name && to === name);
    if (own.length > 0) postpone(name, own);
  }
  return { tables, late };
}
