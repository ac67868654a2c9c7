import { conflict } from '#kernel/errors/domain-error.js';
import { boolean, choice, integer, json, list, ref } from '#kernel/resource/fields.js';
import type { JsonValue } from '#kernel/pure/json.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { loadDefinitions } from '../definitions/load-definitions.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { canBecome } from '../domain/convert-value.js';
import { FIELD_TYPES } from '../domain/field-types.js';
import { labelErrors } from '../object/object-errors.js';
import { convertField, type Conversion } from './convert-field.js';
import { FieldDefinition } from './field-definition.resource.js';
import { fieldErrors } from './field-errors.js';
import { fieldInput } from './field-input.js';
import { fillIndexes } from './fill-indexes.js';
import { fitType, readField } from './read-field.js';
import { refuseUsed, wordsOf } from './update-field.js';

const counted = (description: string) => integer({ required: true, description });

export const changeType = defineCommand({
  name: 'field_definition.change_type',
  summary: 'Give a field of your own another type, and turn what is in it into that.',
  description:
    'Refused with counts and a sample while values would lose something or cannot be turned, unless the loss is accepted; what cannot be turned is then empty. With `dryRun` it only tells.',
  graphql: 'changeFieldType',
  rest: { path: '/field-definitions/{fieldDefinitionId}/change-type' },
  input: {
    fieldDefinitionId: ref('field_definition', { required: true }),
    type: choice(FIELD_TYPES, { required: true, description: 'What it becomes.' }),
    options: fieldInput.options,
    settings: fieldInput.settings,
    acceptLoss: boolean({ description: 'Whether what does not fit may be lost.' }),
    dryRun: boolean({ description: 'Only tell what would come of it.' }),
    metadataVersion: expectedMetadata,
  },
  output: {
    convertible: counted('Values that stay whole.'),
    lossy: counted('Values that lose a part.'),
    failing: counted('Values that are lost.'),
    sample: list(json({ required: true }), {
      required: true,
      description: 'The first that lose something: `recordId`, `value`, `becomes`.',
    }),
    metadataVersion: integer({ required: true }),
  },
  errors: {
    ...metadataErrors,
    ...labelErrors,
    ...fieldErrors,
    'field_definition.type_fixed': 'A field of this type cannot become one of the other.',
    'field_definition.type_change_lossy': 'Values would be lost or lose a part; `sample` shows some. Accept that, or change them first.',
  },

  async run({ fieldDefinitionId, type, options, settings, acceptLoss, dryRun, metadataVersion: expected }, work) {
    const metadataVersion = await nextVersion(work, expected);
    const before = await work.repo(FieldDefinition).lock(fieldDefinitionId);
    if (!canBecome(before.type, type))
      throw conflict('field_definition.type_fixed', `A field of type ${before.type} cannot become one of type ${type}.`, {
        from: before.type,
        to: type,
      });
    const words = readField({ options, settings }, { ...before, options: null, settings: {}, defaultValue: null });
    const after: FieldDefinition = { ...before, ...words, type };
    fitType(after);
    const definitions = await loadDefinitions(work, metadataVersion);
    refuseUsed({ ...definitions, fields: definitions.fields.filter(({ id }) => id !== before.id) }, before);
    const change = { before, after, timeZone: definitions.timeZone };
    const found = await convertField(work, { ...change, write: false });
    if (dryRun === true) return told(found, metadataVersion - 1);
    if (found.lossy + found.failing > 0 && acceptLoss !== true) throw lossy(found);
    await convertField(work, { ...change, write: true });
    await work.system.repo(FieldDefinition).update(before.id, wordsOf(after));
    await fillIndexes(work, after);
    return told(found, metadataVersion);
  },
});

const told = ({ sample, ...counts }: Conversion, metadataVersion: number) => ({
  ...counts,
  sample: sample.map((one): JsonValue => ({ ...one })),
  metadataVersion,
});

const lossy = ({ lossy: some, failing, convertible, sample }: Conversion) =>
  conflict(
    'field_definition.type_change_lossy',
    `${some} values would lose a part and ${failing} would be lost. Accept that, or change them first; the first are in \`sample\`.`,
    { convertible, lossy: some, failing, sample },
  );
