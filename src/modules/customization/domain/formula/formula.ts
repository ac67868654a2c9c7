/** What a value of a formula may be. `any` is the type of `null` alone. */
export type FormulaType = 'number' | 'text' | 'boolean' | 'date' | 'instant' | 'any';

export type BinaryOperator = '+' | '-' | '*' | '/' | '&' | '=' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

/** A formula as it was written, before anything is known of the fields it names. */
export type Expression =
  | { readonly kind: 'number'; readonly value: string; readonly at: number }
  | { readonly kind: 'text'; readonly value: string; readonly at: number }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly at: number }
  | { readonly kind: 'null'; readonly at: number }
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly at: number }
  | { readonly kind: 'not' | 'minus'; readonly of: Expression; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly at: number };

/** A formula whose every part has a type: what is evaluated, and written as SQL. */
export type Typed =
  | { readonly kind: 'number'; readonly value: string; readonly type: 'number' }
  | { readonly kind: 'text'; readonly value: string; readonly type: 'text' | 'date' | 'instant' }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly type: 'boolean' }
  | { readonly kind: 'null'; readonly type: 'any' }
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly type: FormulaType }
  | { readonly kind: 'not' | 'minus'; readonly of: Typed; readonly type: FormulaType }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Typed; readonly right: Typed; readonly type: FormulaType }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Typed[]; readonly type: FormulaType };

/** A formula that cannot be understood: why, and at which character. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError';
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** The functions a formula calls. */
export function callsIn(formula: Typed): string[] {
  if (formula.kind === 'call') return [formula.name, ...formula.args.flatMap(callsIn)];
  if (formula.kind === 'binary') return [...callsIn(formula.left), ...callsIn(formula.right)];
  return formula.kind === 'not' || formula.kind === 'minus' ? callsIn(formula.of) : [];
}

/** The fields a formula names, each once, as they are written: `amount`, `account.name`. */
export function fieldsIn(formula: Expression | Typed): string[] {
  const found = new Set<string>();
  const walk = (part: Expression | Typed): void => {
    if (part.kind === 'field') found.add(part.path.join('.'));
    else if (part.kind === 'not' || part.kind === 'minus') walk(part.of);
    else if (part.kind === 'binary') [part.left, part.right].forEach(walk);
    else if (part.kind === 'call') part.args.forEach(walk);
  };
  walk(formula);
  return [...found];
}
