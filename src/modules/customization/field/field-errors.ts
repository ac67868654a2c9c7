import { conflict, invalid, type DomainError } from '#kernel/errors/domain-error.js';
import { FormulaError } from '../domain/formula/formula.js';

export const fieldErrors = {
  'field_definition.object_unknown': 'There is no object of this name that can have fields of yours.',
  'field_definition.key_reserved': 'A field cannot be called by a word that records, filters or the product use already.',
  'field_definition.key_taken': 'The object has a field of this key, in use or not.',
  'field_definition.unfit': 'What is said of the field does not go with its type.',
  'field_definition.formula_invalid': 'A formula cannot be understood.',
  'field_definition.formula_cycle': 'A formula would depend on itself; `path` says how.',
  'field_definition.not_keepable':
    'What is worked out with `today`, `now` or `dateOf` changes by itself and cannot be kept: leave `isIndexed` out.',
  'field_definition.not_unique': 'Records share values of the field already; `sample` shows some.',
  'field_definition.scope_unfit': 'What a field is to be unique within is no reference, choice, yes or no, or text of the same object.',
  'field_definition.in_use': 'Formulas, conditions or roll-ups of other fields use this one.',
} as const;

export const unfit = (path: string, message: string): DomainError =>
  invalid('field_definition.unfit', `The field cannot be so: ${path} ${message}.`, { errors: [{ path, code: 'unfit', message }] });

export const cycle = (path: readonly string[]): DomainError =>
  conflict('field_definition.formula_cycle', `The formula would depend on itself: ${path.join(' → ')}.`, { path });

export const notKeepable = (fields: readonly string[]): DomainError =>
  conflict(
    'field_definition.not_keepable',
    `${fields.slice(0, 5).join(', ')} would be kept, but with \`today\`, \`now\` or \`dateOf\` in it or below it a figure changes without anybody writing. Without \`isIndexed\` it is worked out when it is read.`,
    { fields },
  );

/** Runs what reads a formula; what is wrong with the formula is told with its place in the input. */
export function readingFormula<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    throw invalid('field_definition.formula_invalid', `The formula cannot be understood: ${error.message}`, {
      at: error.at,
      errors: [{ path, code: 'formula_invalid', message: error.message }],
    });
  }
}
