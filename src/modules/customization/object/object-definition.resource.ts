import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, integer, json, text } from '#kernel/resource/fields.js';

/** A text in the languages of the company: `{ "de": "Vertrag", "en": "Contract" }`. */
export type Labels = Readonly<Record<string, string>>;

/** What records of an object have beside their fields; all of it where nothing is said. */
export interface Features {
  readonly timeline: boolean;
  readonly files: boolean;
  readonly assignment: boolean;
}

/** Where a record stands. */
export interface Stage {
  readonly key: string;
  readonly labels: Labels;
  /** Keys of those that may follow; all others where nothing is said. */
  readonly next: readonly string[] | null;
  readonly isFinal: boolean;
  /** Out of use, records that stand there stay, and none comes there any more. */
  readonly isActive: boolean;
}

/** Options of JSON that a row always has. */
export interface Needed {
  readonly required: true;
  readonly writer: 'system';
  readonly description: string;
}

export const ObjectDefinition = defineResource('object_definition', {
  description: 'A kind of record that a company has defined itself: contracts, permits, assets. It behaves like the built-in ones.',
  table: 'customization.object_definitions',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    key: text(60, { required: true, writer: 'system', unique: true, description: 'Stable for ever, `parkingPermit`.' }),
    name: text(80, { required: true, writer: 'system', unique: true, description: 'In rights and events: `x_parking_permit`.' }),
    plural: text(60, { required: true, writer: 'system', unique: true, description: 'In addresses and in GraphQL: `parkingPermits`.' }),
    code: integer({ required: true, writer: 'system', unique: true, description: 'What the ids of its records bear.' }),
    labels: json<Labels, Needed>({ required: true, writer: 'system', description: 'Its name by language, `{"de": "Parkausweis"}`.' }),
    help: json<Labels>({ writer: 'system', description: 'What it is, by language.' }),
    icon: text(60, { writer: 'system', description: 'What front ends show it by: `car`, `mdi:file-sign`.' }),
    nameField: text(60, { writer: 'system', description: 'The field people know a record by.' }),
    features: json<Features>({ writer: 'system', description: 'What its records have beside their fields: all, where nothing is said.' }),
    stages: json<readonly Stage[]>({
      writer: 'system',
      description: 'Where its records may stand, in their order; empty: they have no stages.',
    }),
    isRelation: boolean({ required: true, default: false, writer: 'system', description: 'Whether its records join two others.' }),
    isActive: boolean({
      required: true,
      default: true,
      writer: 'system',
      description: 'Whether it is in use. Records stay where they are.',
    }),
  },
});
export type ObjectDefinition = Row<typeof ObjectDefinition>;
