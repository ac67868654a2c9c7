export type Plain = Readonly<Record<string, unknown>>;
export type Condition = Readonly<Record<string, unknown>>;
export type Order = Readonly<Record<string, unknown>>;
type Row = Readonly<Record<string, unknown>>;

/** How the values of a field are compared. The database's own order of texts is asked for once, text by text. */
type Kind = 'human' | 'text' | 'number' | 'time';
const kinds: Readonly<Record<string, Kind>> = {
  name: 'human',
  probability: 'number',
  employees: 'number',
  amount: 'number',
  stageEnteredAt: 'time',
  createdAt: 'time',
};

/** Opportunities and accounts held in memory, filtered and ordered by rules written a second time, as plainly as can be. */
export class Naive {
  private constructor(
    private readonly rows: readonly Row[],
    private readonly ranks: ReadonlyMap<string, number>,
  ) {}

  static async read(query: (text: string) => Promise<Record<string, unknown>[]>): Promise<Naive> {
    const columns = `id, name, status, probability, amount::text as "amount", amount_currency as "currency", engaged_on::text as "engagedOn", close_on::text as "closeOn",
      to_char(stage_entered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "stageEnteredAt", to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
      lost_reason as "lostReason", account_id as "accountId"`;
    const accounts = new Map(
      (await query('select id, name, sector, employees from customers.accounts')).map((row) => [row['id'], { ...row, parent: null }]),
    );
    const rows = (await query(`select ${columns} from sales.opportunities`)).map((row) => ({
      ...row,
      account: accounts.get(row['accountId']) ?? null,
    }));
    // The one thing borrowed from the database: where the root collation puts a text among those that occur in the test.
    const ordered = await query(
      `select t from (select name as t from sales.opportunities union select unnest(array['', 'a', 'A', 'ä', 'Ä', '%', '_', '\\', 'zimmer', 'É', '10', 'ss', 'ß', 'b',
        'Ärzte & Söhne', 'arzt', 'Arzt', 'Zimmer', 'zimmer 100%', 'a_b', 'a\\b', 'Österreich', 'O’Brien', 'Straße', 'ÉCOLE', 'école', '9', 'z', '🙂'])) s order by t collate "und-x-icu"`,
    );
    return new Naive(rows, new Map(ordered.map((row, i) => [String(row['t']), i])));
  }

  ids(filter: Plain, orderBy: readonly Order[]): string[] {
    const found = this.rows.filter((row) => this.holds(row, filter) === true);
    const last = orderBy.length > 0 ? directionOf(orderBy.at(-1)) : 'ASC';
    const keys = [...orderBy, { id: last }];
    return found.toSorted((a, b) => this.compareBy(keys, a, b)).map((row) => String(row['id']));
  }

  private compareBy(keys: readonly Order[], a: Row, b: Row): number {
    for (const key of keys) {
      const [name, x, y] = [nameOf(key), valueAt(key, a), valueAt(key, b)];
      const sign = directionOf(key) === 'ASC' ? 1 : -1;
      if (x === null && y === null) continue;
      // Empty values are the largest: last when ascending, first when descending.
      const order = x === null ? 1 : y === null ? -1 : this.compare(name, x, y);
      if (order !== 0) return sign * order;
    }
    return 0;
  }

  /** True, false or null for "unknown", as SQL has it. */
  private holds(row: Row, filter: Plain): boolean | null {
    return every(Object.entries(filter).map(([key, value]) => this.member(row, key, value)));
  }

  private member(row: Row, key: string, value: unknown): boolean | null {
    if (key === 'and') return every((value as Plain[]).map((inner) => this.holds(row, inner)));
    if (key === 'or') return some((value as Plain[]).map((inner) => this.holds(row, inner)));
    if (key === 'not') return isEmpty(value as Plain) ? false : this.holds(row, value as Plain) !== true;
    if (key === 'account') return row['account'] !== null && this.holds(row['account'] as Row, value as Plain) === true;
    if (key === 'amount') {
      const parts = value as Readonly<Record<string, Condition>>;
      return every(Object.entries(parts).map(([part, inner]) => this.condition(part, row[part], inner)));
    }
    return this.condition(key, row[key], value as Condition);
  }

  private condition(name: string, value: unknown, condition: Condition): boolean | null {
    return every(Object.entries(condition).map(([operator, operand]) => this.operator(name, value ?? null, operator, operand)));
  }

  private operator(name: string, value: unknown, operator: string, operand: unknown): boolean | null {
    const equal = (other: unknown) => (value === null ? null : this.compare(name, value, other) === 0);
    switch (operator) {
      case 'isNull':
        return (value === null) === operand;
      case 'eq':
        return operand === null ? value === null : equal(operand);
      case 'ne':
        return operand === null ? value !== null : equal(operand) !== true;
      case 'in':
        return some((operand as unknown[]).map(equal));
      case 'notIn':
        return some((operand as unknown[]).map(equal)) !== true;
      default:
        return value === null ? null : this.ordered(name, value, operator, operand);
    }
  }

  private ordered(name: string, value: unknown, operator: string, operand: unknown): boolean {
    const [text, part] = [fold(String(value)), fold(String(operand))];
    if (operator === 'contains') return text.includes(part);
    if (operator === 'startsWith') return text.startsWith(part);
    if (operator === 'endsWith') return text.endsWith(part);
    const order = this.compare(name, value, operand);
    return operator === 'lt' ? order < 0 : operator === 'lte' ? order <= 0 : operator === 'gt' ? order > 0 : order >= 0;
  }

  private compare(name: string, a: unknown, b: unknown): number {
    switch (kinds[name] ?? 'text') {
      case 'number':
        return Number(a) - Number(b);
      case 'time':
        return Date.parse(String(a)) - Date.parse(String(b));
      case 'human':
        return this.rank(String(a)) - this.rank(String(b));
      default:
        return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
    }
  }

  private rank(text: string): number {
    const rank = this.ranks.get(text);
    if (rank === undefined) throw new Error(`The order of "${text}" was not asked for.`);
    return rank;
  }
}

/** One letter for one, as the database folds them: ß stays what it is. */
const fold = (text: string) =>
  Array.from(text)
    .map((letter) => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter))
    .join('');
const isEmpty = (filter: Plain): boolean => Object.keys(filter).length === 0;

function every(parts: readonly (boolean | null)[]): boolean | null {
  if (parts.includes(false)) return false;
  return parts.includes(null) ? null : true;
}
function some(parts: readonly (boolean | null)[]): boolean | null {
  if (parts.includes(true)) return true;
  return parts.includes(null) ? null : false;
}

const inside = (key: Order): readonly [string, unknown] => Object.entries(key)[0] ?? ['id', 'ASC'];
function directionOf(key: Order | undefined): unknown {
  const [, value] = inside(key ?? {});
  return typeof value === 'object' ? directionOf(value as Order) : value;
}
function nameOf(key: Order): string {
  const [name, value] = inside(key);
  return typeof value === 'object' ? nameOf(value as Order) : name;
}
function valueAt(key: Order, row: Row): unknown {
  const [name, value] = inside(key);
  const found = row[name] ?? null;
  return typeof value === 'object' && found !== null ? valueAt(value as Order, found as Row) : found;
}
