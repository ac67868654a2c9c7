/** A statement with its parameters kept apart; fragments nest. */
export class Sql {
  constructor(
    readonly chunks: readonly string[],
    readonly values: readonly unknown[],
  ) {}

  /** Text with `$n` placeholders, flattened. */
  compile(first = 1): { text: string; values: unknown[] } {
    const values: unknown[] = [];
    const text = this.write(values, first);
    return { text, values };
  }

  private write(values: unknown[], first: number): string {
    let out = this.chunks[0] ?? '';
    this.values.forEach((value, i) => {
      if (value instanceof Sql) out += value.write(values, first);
      else {
        values.push(value);
        out += `$${values.length + first - 1}`;
      }
      out += this.chunks[i + 1] ?? '';
    });
    return out;
  }
}

/** sql`select * from t where id = ${id}`: each value becomes a parameter, each Sql is spliced in. */
export const sql = (chunks: TemplateStringsArray, ...values: unknown[]) => new Sql(chunks, values);

/** A constant of our own code as SQL text. Never call it with anything a client sent. */
export const trusted = (text: string) => new Sql([text], []);

/** A quoted identifier. */
export const ident = (name: string) => trusted(`"${name.replaceAll('"', '""')}"`);

export const joinSql = (parts: readonly Sql[], separator: string): Sql =>
  parts.length === 0 ? trusted('') : new Sql(['', ...parts.slice(1).map(() => separator), ''], parts);
