import { Decimal } from 'decimal.js';
import { functions, less, type FormulaValue, type FormulaWorld } from './functions.js';
import type { BinaryOperator, Typed } from './formula.js';

export interface EvaluationPlace extends FormulaWorld {
  readonly field: (path: readonly string[]) => FormulaValue;
}

type Inner = Extract<Typed, { kind: 'not' | 'minus' | 'call' | 'binary' }>;

/** The formula's value, as PostgreSQL would have it: empty in, empty out, but for what asks about emptiness. */
export function evaluateFormula(formula: Typed, place: EvaluationPlace): FormulaValue {
  switch (formula.kind) {
    case 'number':
      return new Decimal(formula.value);
    case 'text':
      return formula.type === 'instant' ? new Date(formula.value) : formula.value;
    case 'boolean':
      return formula.value;
    case 'null':
      return null;
    case 'field':
      return place.field(formula.path);
    default:
      return inner(formula, place);
  }
}

function inner(formula: Inner, place: EvaluationPlace): FormulaValue {
  if (formula.kind === 'call')
    return called(
      formula.name,
      formula.args.map((arg) => evaluateFormula(arg, place)),
      place,
    );
  if (formula.kind === 'binary')
    return operators[formula.operator](evaluateFormula(formula.left, place), evaluateFormula(formula.right, place));
  const of = evaluateFormula(formula.of, place);
  if (formula.kind === 'minus') return of instanceof Decimal ? of.neg() : null;
  return of === null ? null : of !== true;
}

function called(name: string, args: readonly FormulaValue[], world: FormulaWorld): FormulaValue {
  const known = functions.get(name);
  if (!known || (!known.takesEmpty && args.includes(null))) return null;
  return known.value(args, world);
}

type Operation = (a: FormulaValue, b: FormulaValue) => FormulaValue;
const arithmetic =
  (of: (a: Decimal, b: Decimal) => Decimal | null): Operation =>
  (a, b) =>
    a instanceof Decimal && b instanceof Decimal ? of(a, b) : null;
const comparison =
  (holds: (a: FormulaValue, b: FormulaValue) => boolean): Operation =>
  (a, b) =>
    a === null || b === null ? null : holds(a, b);
/** What decides alone, whatever the other is, and what the two come to otherwise. */
const logic =
  (decisive: boolean): Operation =>
  (a, b) =>
    a === decisive || b === decisive ? decisive : a === null || b === null ? null : !decisive;

const operators: Readonly<Record<BinaryOperator, Operation>> = {
  and: logic(false),
  or: logic(true),
  '&': (a, b) => `${typeof a === 'string' ? a : ''}${typeof b === 'string' ? b : ''}`,
  '=': (a, b) => same(a, b),
  '!=': (a, b) => !same(a, b),
  '<': comparison(less),
  '>': comparison((a, b) => less(b, a)),
  '<=': comparison((a, b) => !less(b, a)),
  '>=': comparison((a, b) => !less(a, b)),
  '+': arithmetic((a, b) => a.plus(b)),
  '-': arithmetic((a, b) => a.minus(b)),
  '*': arithmetic((a, b) => a.times(b)),
  '/': arithmetic((a, b) => (b.isZero() ? null : a.div(b))),
};

function same(a: FormulaValue, b: FormulaValue): boolean {
  if (a instanceof Decimal && b instanceof Decimal) return a.eq(b);
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  return a === b;
}
