import type { FieldType, RollupFunction } from '../domain/field-types.js';
import { FIELD_TYPES } from '../domain/field-types.js';
import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, choice, json, longText, text } from '#kernel/resource/fields.js';
import type { JsonValue } from '#kernel/pure/json.js';
import type { Labels, Needed } from '../object/object-definition.resource.js';

export interface FieldOption {
  readonly key: string;
  readonly labels: Labels;
  readonly isActive: boolean;
}
export interface FieldCheck {
  readonly formula: string;
  readonly message: Labels;
}
export interface Rollup {
  /** The object whose records are counted, and its reference to this one. */
  readonly from: string;
  readonly by: string;
  readonly function: RollupFunction;
  /** What is added up, of one of those records: a formula. */
  readonly value?: string | null;
  /** Which of them count: a formula. */
  readonly filter?: string | null;
}
export interface FieldSettings {
  readonly maxLength?: number | null;
  readonly scale?: number | null;
  readonly minimum?: string | null;
  readonly maximum?: string | null;
  readonly mask?: string | null;
  readonly numberPattern?: string | null;
  /** The list that the target of a reference gets. */
  readonly inverse?: string | null;
  readonly onDelete?: 'restrict' | 'cascade' | 'set_null' | null;
}

export const FieldDefinition = defineResource('field_definition', {
  description: 'A field that a company has given an object, built-in or its own.',
  table: 'customization.field_definitions',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    objectName: text(80, { required: true, writer: 'system', description: 'The object: `account`, `x_parking_permit`.' }),
    key: text(60, { required: true, writer: 'system', description: 'Its name in GraphQL, REST and filters; stable for ever.' }),
    type: choice(FIELD_TYPES, { required: true, writer: 'system' }),
    labels: json<Labels, Needed>({ required: true, writer: 'system', description: 'Its name by language.' }),
    help: json<Labels>({ writer: 'system', description: 'What it is for, by language.' }),
    isRequired: boolean({
      required: true,
      writer: 'system',
      description: 'Whether whoever writes has to fill it. Older records may lack it.',
    }),
    requiredIf: longText({ writer: 'system', description: 'A formula: while it holds, the field must be filled.' }),
    isUnique: boolean({ required: true, writer: 'system', description: 'Whether no two records share a value.' }),
    uniqueWithin: json<readonly string[]>({ writer: 'system', description: 'Fields: values are unique among records that share these.' }),
    isIndexed: boolean({ required: true, writer: 'system', description: 'Whether long lists can be filtered by it.' }),
    isTranslatable: boolean({ required: true, writer: 'system', description: 'Whether it may be there in several languages.' }),
    sourceOwner: text(40, { writer: 'system', description: 'The system its values come from and that alone writes them: `erp`.' }),
    isReadOnly: boolean({ required: true, writer: 'system', description: 'Whether only imports and verbs write it.' }),
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- left out it would be inferred from the list of fields: unknown
    defaultValue: json<JsonValue>({ writer: 'system', description: 'Written when a new record leaves it out.' }),
    checks: json<readonly FieldCheck[]>({ writer: 'system', description: 'Formulas that have to hold for a record to be written.' }),
    options: json<readonly FieldOption[]>({ writer: 'system', description: 'Choices of enum and multiEnum. Keys are never used again.' }),
    piiClass: choice(['none', 'personal', 'sensitive'], { required: true, writer: 'system', description: 'What it tells of a person.' }),
    target: text(80, { writer: 'system', description: 'The object a relation points at.' }),
    settings: json<FieldSettings, Needed>({ required: true, writer: 'system', description: 'What is particular to its type.' }),
    formula: longText({ writer: 'system', description: 'What a formula works out.' }),
    rollup: json<Rollup & { readonly [key: string]: JsonValue }>({ writer: 'system', description: 'What a roll-up adds up.' }),
    resultType: text(20, { writer: 'system', description: 'What a formula or roll-up comes to.' }),
    isActive: boolean({ required: true, writer: 'system', description: 'Whether it is in use. What is in it stays.' }),
  },
  unique: [{ fields: ['objectName', 'key'], code: 'key_taken' }],
});
export type FieldDefinition = Row<typeof FieldDefinition> & { readonly type: FieldType };
