import { functions, type FormulaFunction } from './functions.js';
import { FormulaError, type Expression, type FormulaType, type Typed } from './formula.js';

/** The type of a field by its path; null when there is no such field. */
export type TypeOfField = (path: readonly string[]) => FormulaType | null;

const fits = (type: FormulaType, wanted: FormulaType) => type === wanted || type === 'any' || wanted === 'any';
const day = /^\d{4}-\d{2}-\d{2}$/;
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

/** Gives every part of a formula its type, or says which part does not fit. */
export function checkTypes(formula: Expression, typeOf: TypeOfField): Typed {
  const check = (part: Expression): Typed => checkTypes(part, typeOf);
  switch (formula.kind) {
    case 'number':
      return { kind: 'number', value: formula.value, type: 'number' };
    case 'text':
      return { kind: 'text', value: formula.value, type: 'text' };
    case 'boolean':
      return { kind: 'boolean', value: formula.value, type: 'boolean' };
    case 'null':
      return { kind: 'null', type: 'any' };
    case 'field':
      return fieldType(formula, typeOf);
    case 'not':
      return { kind: 'not', of: must(check(formula.of), 'boolean', formula.of.at), type: 'boolean' };
    case 'minus':
      return { kind: 'minus', of: must(check(formula.of), 'number', formula.of.at), type: 'number' };
    case 'binary':
      return binary(formula, check(formula.left), check(formula.right));
    case 'call':
      return call(formula, formula.args.map(check));
  }
}

function fieldType({ path, at }: Extract<Expression, { kind: 'field' }>, typeOf: TypeOfField): Typed {
  const type = typeOf(path);
  if (type === null) throw new FormulaError(`There is no field "${path.join('.').slice(0, 80)}" a formula could use here.`, at);
  return { kind: 'field', path, type };
}

function must(part: Typed, type: FormulaType, at: number): Typed {
  if (!fits(part.type, type)) throw new FormulaError(`A ${type} is needed here, this is a ${part.type}.`, at);
  return part;
}

/** A text that is written where a day or an instant is needed is one: `signedOn > "2026-01-01"`. */
function asTime(part: Typed, type: FormulaType): Typed {
  if (part.kind !== 'text') return part;
  if (type === 'date' && day.test(part.value)) return { ...part, type: 'date' };
  if (type === 'instant' && moment.test(part.value)) return { ...part, type: 'instant' };
  return part;
}

function binary({ operator, left: l, right: r, at }: Extract<Expression, { kind: 'binary' }>, a: Typed, b: Typed): Typed {
  switch (operator) {
    case 'and':
    case 'or':
      return { kind: 'binary', operator, left: must(a, 'boolean', l.at), right: must(b, 'boolean', r.at), type: 'boolean' };
    case '&':
      return { kind: 'binary', operator, left: must(a, 'text', l.at), right: must(b, 'text', r.at), type: 'text' };
    case '+':
    case '-':
    case '*':
    case '/':
      return { kind: 'binary', operator, left: must(a, 'number', l.at), right: must(b, 'number', r.at), type: 'number' };
    default: {
      const [left, right] = [asTime(a, b.type), asTime(b, a.type)];
      if (!fits(left.type, right.type)) throw new FormulaError(`A ${left.type} cannot be compared with a ${right.type}.`, at);
      return { kind: 'binary', operator, left, right, type: 'boolean' };
    }
  }
}

function call({ name, at }: Extract<Expression, { kind: 'call' }>, args: readonly Typed[]): Typed {
  const known = functions.get(name);
  if (!known) throw new FormulaError(`There is no function "${name.slice(0, 40)}".`, at);
  const { takes, repeats } = known;
  if (!hasRoom(known, args.length))
    throw new FormulaError(
      `${name} takes ${takes.length === 0 ? 'nothing' : takes.join(', ')}${repeats ? ' and more of the last' : ''}.`,
      at,
    );
  // Arguments that stand for each other have one type.
  const same = args.filter((_, i) => (takes[i] ?? takes.at(-1)) === 'same');
  const type = same.find((arg) => arg.type !== 'any')?.type ?? 'any';
  const resolved = (wanted: FormulaType | 'same') => (wanted === 'same' ? type : wanted);
  const checked = args.map((arg, i) => {
    const wanted = resolved(takes[i] ?? takes.at(-1) ?? 'any');
    return must(asTime(arg, wanted), wanted, at);
  });
  return { kind: 'call', name, args: checked, type: resolved(known.gives) };
}

const mostArguments = 20;
const hasRoom = ({ takes, repeats, optional = 0 }: FormulaFunction, count: number) =>
  count >= takes.length - optional && count <= (repeats ? mostArguments : takes.length);
