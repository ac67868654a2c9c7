import { FormulaError, type BinaryOperator, type Expression } from './formula.js';

interface Token {
  readonly kind: 'number' | 'text' | 'word' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const longest = 4_000;
const deepest = 50;
const pattern =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|"(?<text>(?:[^"\\]|\\.)*)"|(?<word>[A-Za-z][A-Za-z0-9_]*)|(?<sign><=|>=|!=|<>|[-+*/&=<>(),.]))/y;

function tokens(source: string): Token[] {
  const list: Token[] = [];
  const text = source.trimEnd();
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text)?.groups;
    if (!found) throw new FormulaError(`"${text.slice(at).trim().slice(0, 20)}" cannot be understood.`, at);
    if (found['number'] !== undefined) list.push({ kind: 'number', text: found['number'], at });
    else if (found['text'] !== undefined) list.push({ kind: 'text', text: found['text'].replace(/\\(.)/g, '$1'), at });
    else if (found['word'] !== undefined) list.push({ kind: 'word', text: found['word'], at });
    else list.push({ kind: 'sign', text: found['sign'] === '<>' ? '!=' : (found['sign'] ?? ''), at });
  }
  return [...list, { kind: 'end', text: 'the end', at: text.length }];
}

/** Reads a formula. Signs bind as in arithmetic; `and` binds closer than `or`. */
export function parseFormula(source: string): Expression {
  if (source.length > longest) throw new FormulaError(`A formula has at most ${longest} characters.`, longest);
  return new Parser(tokens(source)).whole();
}

const levels: readonly (readonly string[])[] = [['or'], ['and'], ['=', '!=', '<', '<=', '>', '>='], ['+', '-', '&'], ['*', '/']];
const notLevel = 2;

class Parser {
  private next = 0;
  private depth = 0;

  constructor(private readonly list: readonly Token[]) {}

  whole(): Expression {
    const expression = this.level(0);
    if (this.token.kind !== 'end') throw this.unexpected();
    return expression;
  }

  private get token(): Token {
    return this.list[this.next] ?? { kind: 'end', text: 'the end', at: 0 };
  }

  private take(): Token {
    const { token } = this;
    this.next++;
    return token;
  }

  private unexpected(): FormulaError {
    return new FormulaError(`"${this.token.text.slice(0, 20)}" is not expected here.`, this.token.at);
  }

  private expect(sign: string): void {
    if (this.token.kind !== 'sign' || this.token.text !== sign) throw this.unexpected();
    this.next++;
  }

  private isSign(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.text === sign;
  }

  private level(n: number): Expression {
    if (n === notLevel && this.token.kind === 'word' && this.token.text === 'not') return this.negated();
    const operators = levels[n];
    if (!operators) return this.unary();
    let left = this.level(n + 1);
    while ((this.token.kind === 'sign' || this.token.kind === 'word') && operators.includes(this.token.text)) {
      const { text, at } = this.take();
      left = { kind: 'binary', operator: text as BinaryOperator, left, right: this.level(n + 1), at };
    }
    return left;
  }

  private negated(): Expression {
    const { at } = this.take();
    return { kind: 'not', of: this.deeper(() => this.level(notLevel)), at };
  }

  private unary(): Expression {
    if (!this.isSign('-')) return this.primary();
    const { at } = this.take();
    return { kind: 'minus', of: this.deeper(() => this.unary()), at };
  }

  /** What is nested too deep would end in a full stack, here or in PostgreSQL. */
  private deeper<T>(read: () => T): T {
    if (++this.depth > deepest) throw new FormulaError(`A formula goes at most ${deepest} levels deep.`, this.token.at);
    const result = read();
    this.depth--;
    return result;
  }

  private primary(): Expression {
    const { token } = this;
    if (token.kind === 'end') throw this.unexpected();
    this.next++;
    if (token.kind === 'number' || token.kind === 'text') return { kind: token.kind, value: token.text, at: token.at };
    if (token.kind === 'word') return this.named(token);
    if (token.text !== '(') {
      this.next--;
      throw this.unexpected();
    }
    const inner = this.deeper(() => this.level(0));
    this.expect(')');
    return inner;
  }

  private named({ text, at }: Token): Expression {
    if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true', at };
    if (text === 'null') return { kind: 'null', at };
    if (this.isSign('(')) return { kind: 'call', name: text, args: this.args(), at };
    const path = [text];
    while (this.isSign('.')) {
      this.next++;
      if (this.token.kind !== 'word') throw this.unexpected();
      path.push(this.take().text);
    }
    return { kind: 'field', path, at };
  }

  private args(): Expression[] {
    this.expect('(');
    const args: Expression[] = [];
    while (!this.isSign(')')) {
      if (args.length > 0) this.expect(',');
      args.push(this.deeper(() => this.level(0)));
    }
    this.expect(')');
    return args;
  }
}
