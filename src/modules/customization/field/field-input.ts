import { boolean, choice, integer, json, list, longText, object, text } from '#kernel/resource/fields.js';
import { ROLLUP_FUNCTIONS } from '../domain/field-types.js';

const option = {
  key: text(60, { required: true, description: 'Stable for ever.' }),
  labels: json({ required: true, description: 'Its name by language.' }),
  isActive: boolean({ description: 'Whether it can still be chosen; records that have it keep it.' }),
} as const;
const check = {
  formula: longText({ required: true, description: 'Has to hold for a record to be written.' }),
  message: json({ required: true, description: 'What is said when it does not, by language.' }),
} as const;
const rollup = {
  from: text(80, { required: true, description: 'The object whose records are counted.' }),
  by: text(60, { required: true, description: 'Their reference to this object.' }),
  function: choice(ROLLUP_FUNCTIONS, { required: true }),
  value: longText({ description: 'A formula over one of those records; not for count.' }),
  filter: longText({ description: 'A formula that says which of them count.' }),
} as const;
const settings = {
  maxLength: integer({ min: 1, max: 100_000, description: 'Of texts, in characters.' }),
  scale: integer({ min: 0, max: 10, description: 'Digits after the point.' }),
  minimum: text(30, { description: 'The least a number may be.' }),
  maximum: text(30, { description: 'The most a number may be.' }),
  mask: text(60, { description: 'The form of a text: `A` a letter, `9` a digit, `*` anything, all else itself.' }),
  numberPattern: text(60, { description: 'Of autonumbers: `C-{year}-{00000}`.' }),
  inverse: text(60, { description: 'Of references: the list the target gets.' }),
  onDelete: choice(['restrict', 'cascade', 'set_null'], { description: 'Of references: what happens when the target is deleted.' }),
} as const;

/** What may be said of a field when it is made, and most of it later. */
export const fieldInput = {
  labels: json({ description: 'Its name by language: `{"de": "Vertragsnummer", "en": "Contract number"}`.' }),
  help: json({ description: 'What it is for, by language.' }),
  isRequired: boolean({ description: 'Whether whoever writes has to fill it. Older records may lack it.' }),
  requiredIf: longText({ description: 'A formula: while it holds, the field must be filled.' }),
  isUnique: boolean({ description: 'Whether no two records share a value.' }),
  uniqueWithin: list(text(60, { required: true }), {
    max: 5,
    description: 'Fields of the same record: values are unique among records that share these, `["accountId"]`. Null: among all.',
  }),
  isIndexed: boolean({
    description:
      'Whether long lists can be filtered by it. A formula or roll-up is kept then, and orders them too; else it is worked out when it is read.',
  }),
  isTranslatable: boolean({
    description: 'Of texts: whether they may be there in several languages, as names of products are.',
  }),
  sourceOwner: text(40, {
    description:
      'The system its values come from: only API keys of this name write it, and imports that such a key starts. Null: whoever may.',
  }),
  isReadOnly: boolean({ description: 'Whether only imports and verbs write it.' }),
  defaultValue: json({ description: 'Written when a new record leaves it out.' }),
  checks: list(object(check, { name: 'FieldCheckInput' }), { max: 20, description: 'Conditions a record has to meet to be written.' }),
  options: list(object(option, { name: 'FieldOptionInput' }), { max: 500, description: 'Choices of enum and multiEnum, in their order.' }),
  piiClass: choice(['none', 'personal', 'sensitive'], { description: 'What it tells of a person; `none` when left out.' }),
  settings: object(settings, { name: 'FieldSettingsInput', description: 'What is particular to its type.' }),
  formula: longText({ description: 'Of formulas: what it works out.' }),
  rollup: object(rollup, { name: 'RollupInput', description: 'Of roll-ups: what it adds up.' }),
} as const;
