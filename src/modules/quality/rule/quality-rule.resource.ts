import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, choice, integer, json, ref, text } from '#kernel/resource/fields.js';
import type { Learned } from '../domain/learned.js';
import { RULE_KINDS, type RuleSettings } from '../domain/rule-kinds.js';

/** A text by language: `{ "de": "…", "en": "…" }`. */
export type Messages = Readonly<Record<string, string>>;

interface Needed {
  readonly required: true;
  readonly writer: 'system';
  readonly description: string;
}

export const QualityRule = defineResource('quality_rule', {
  description: 'What good records of one kind look like: found at entry, on import and by the sweep where they do not.',
  table: 'quality.quality_rules',
  scope: everyone,
  operations: ['list', 'get', 'delete'],
  fields: {
    key: text(60, {
      required: true,
      unique: true,
      writer: 'system',
      description: 'Its name in warnings and reports, `deal-without-account`.',
    }),
    resource: text(80, { required: true, index: true, writer: 'system', description: 'The kind of record it is about: `account`.' }),
    kind: choice(RULE_KINDS, { required: true, writer: 'system', description: 'What it asks of a record.' }),
    fields: json<readonly string[], Needed>({
      required: true,
      writer: 'system',
      description: 'The fields it is about: `accountId`, `address.city`. The first is the one its findings point at.',
    }),
    settings: json<RuleSettings, Needed>({ required: true, writer: 'system', description: 'What its kind needs to know.' }),
    condition: text(2000, { writer: 'system', description: 'A formula: the rule is about records of which it holds, all when empty.' }),
    severity: choice(['warn', 'refuse'], {
      required: true,
      writer: 'system',
      description: '`refuse`: a record that breaks it is not written. `warn`: it is, and the finding is kept.',
    }),
    atEntry: boolean({
      required: true,
      writer: 'system',
      description: 'Whether records are judged when they are written; else by the sweep only.',
    }),
    weight: integer({ required: true, default: 1, min: 1, max: 100, writer: 'system', description: 'How much it counts in the score.' }),
    messages: json<Messages, Needed>({ required: true, writer: 'system', description: 'What people are told, by language.' }),
    ownerId: ref('user', {
      writer: 'system',
      onDelete: 'set_null',
      description: 'Who looks after what it finds.',
    }),
    isActive: boolean({ required: true, default: true, writer: 'system', description: 'Whether it is in use.' }),
    isShipped: boolean({ required: true, default: false, writer: 'system', description: 'Came with the product.' }),
    reads: json<readonly string[], Needed>({
      required: true,
      writer: 'system',
      description: 'All fields it looks at, `account.name`: who may not see one of them does not see its findings.',
    }),
    learned: json<Learned>({ writer: 'system', hidden: true, description: 'What the last sweep learned of all records for it.' }),
  },
});
export type QualityRule = Row<typeof QualityRule>;
