import { Decimal } from 'decimal.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { textOf } from '#kernel/pure/text.js';
import { systemClock } from '#kernel/usecase/clock.js';
import { evaluateFormula } from '../domain/formula/evaluate-formula.js';
import { fieldsIn, FormulaError, type Typed } from '../domain/formula/formula.js';
import type { FormulaValue } from '../domain/formula/functions.js';
import { understand, type FormulaPlace } from './calculated-fields.js';

type Row = Readonly<Record<string, unknown>>;

/** A condition on a row that is about to be written, `null` where it asks about what is empty. */
export function rowCondition(source: string, place: FormulaPlace): (row: Row) => boolean | null {
  const typed = understand(source, place, 'boolean');
  refuseDistant(typed, place.resource);
  return (row) => {
    const value = evaluateFormula(typed, {
      now: systemClock.now(),
      timeZone: place.timeZone,
      field: ([name = '', part]) => valueOf(place.resource, row, name, part),
    });
    return typeof value === 'boolean' ? value : null;
  };
}

/** What is written is judged by itself: neither by other records nor by what will be worked out from it. */
function refuseDistant(typed: Typed, { fields }: Resource): void {
  for (const path of fieldsIn(typed)) {
    const [name = ''] = path.split('.');
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field || field.stored?.in === 'formula')
      throw new FormulaError(`A condition on a record uses its own fields only, not "${path}".`, 0);
  }
}

const partOf = (value: unknown, part: string | undefined): unknown =>
  part === undefined || typeof value !== 'object' || value === null ? value : (value as Row)[part];

function valueOf({ fields }: Resource, row: Row, name: string, part: string | undefined): FormulaValue {
  const value = partOf(row[name], part);
  if (value === null || value === undefined) return null;
  if (value instanceof Date || typeof value === 'boolean') return value;
  const isNumber = part === 'amount' || ['integer', 'decimal'].includes(fields[name]?.kind ?? '');
  return isNumber ? new Decimal(textOf(value)) : textOf(value);
}
