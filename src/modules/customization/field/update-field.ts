import { boolean, integer, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { loadDefinitions } from '../definitions/load-definitions.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { productOf } from '../definitions/tenant-definitions.js';
import type { Definitions } from '../definitions/definitions.js';
import { fieldsIn } from '../domain/formula/formula.js';
import { parseFormula } from '../domain/formula/parse-formula.js';
import { labelErrors } from '../object/object-errors.js';
import { refillFigures } from '../figures/refill-figures.js';
import { checkFormulas } from './check-formulas.js';
import { refuseMeeting, refuseTooMany } from './create-field.js';
import { checkScope } from './check-scope.js';
import { FieldDefinition } from './field-definition.resource.js';
import { fieldErrors } from './field-errors.js';
import { fieldInput } from './field-input.js';
import { fillIndexes } from './fill-indexes.js';
import { fitType, readField } from './read-field.js';

export const updateField = defineCommand({
  name: 'field_definition.update',
  summary: 'Change a field of your own, or take it out of use; what is in it stays. Its key and its type stay.',
  rest: { method: 'PATCH', path: '/field-definitions/{fieldDefinitionId}' },
  input: {
    fieldDefinitionId: ref('field_definition', { required: true }),
    ...fieldInput,
    isActive: boolean({ description: 'Out of use, it is in no schema; what is in it comes back when it is used again.' }),
    metadataVersion: expectedMetadata,
  },
  output: { fieldDefinitionId: ref('field_definition', { required: true }), metadataVersion: integer({ required: true }) },
  errors: { ...metadataErrors, ...labelErrors, ...fieldErrors },

  async run({ fieldDefinitionId, isActive, metadataVersion: expected, ...given }, work) {
    const metadataVersion = await nextVersion(work, expected);
    const before = await work.repo(FieldDefinition).lock(fieldDefinitionId);
    const after: FieldDefinition = { ...before, ...readField(given, before), isActive: isActive ?? before.isActive };
    fitType(after);
    const definitions = await loadDefinitions(work, metadataVersion);
    const others = definitions.fields.filter(({ id }) => id !== before.id);
    if (after.isActive) {
      refuseTooMany([...others, after], after.objectName);
      refuseMeeting(work, others, after);
      checkScope(productOf(work), others, after);
    }
    if (!after.isActive) refuseUsed({ ...definitions, fields: others }, after);
    const resultType = after.isActive ? checkFormulas(productOf(work), definitions, after) : before.resultType;
    await work.system.repo(FieldDefinition).update(before.id, { ...wordsOf(after), resultType });
    await fillIndexes(work, { ...after, resultType });
    await refillFigures(work, definitions);
    return { fieldDefinitionId, metadataVersion };
  },
});

export const wordsOf = ({ id: _id, version: _version, createdAt: _created, updatedAt: _updated, ...words }: FieldDefinition) => words;

/** Formulas do not lose what they are made of. */
export function refuseUsed({ fields }: Pick<Definitions, 'fields'>, gone: FieldDefinition): void {
  const users = fields.filter((field) => mentions(field, gone)).map(({ objectName, key }) => `${objectName}.${key}`);
  if (users.length > 0)
    throw conflict('field_definition.in_use', `${users.slice(0, 5).join(', ')} would lose what they are made of. Change those first.`, {
      users,
    });
}

/** By name: a formula that goes through references counts when any word of it is the field's. */
function mentions(field: FieldDefinition, { key, objectName }: FieldDefinition): boolean {
  const { formula, requiredIf, checks, rollup, uniqueWithin } = field;
  const sources = [formula, requiredIf, rollup?.value, rollup?.filter, ...(checks ?? []).map((check) => check.formula)];
  const words = sources.flatMap((source) => (source ? fieldsIn(parseFormula(source)) : [])).flatMap((path) => path.split('.'));
  if (field.objectName === objectName && uniqueWithin?.includes(key)) return true;
  return words.includes(key) || words.includes(key.replace(/Id$/, '')) || rollup?.by === key;
}
