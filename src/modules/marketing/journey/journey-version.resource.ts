import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { instant, integer, json, ref, text } from '#kernel/resource/fields.js';
import type { Translations } from '#kernel/resource/translations.js';
import type { JourneyDefinition } from '../domain/journey-definition.js';

/** Templates as they were when the version was published, by id. */
export type TemplateSnapshot = Readonly<Record<string, KeptTemplate>>;

export interface KeptTemplate {
  readonly version: number;
  readonly subject: string;
  readonly mjml: string;
  readonly text: string | null;
  /** What it says in other languages. */
  readonly translations?: Translations;
}

export const JourneyVersion = defineResource('journey_version', {
  description: 'A journey as it was published, with its templates. Never changed: people in it finish under the rules they entered by.',
  table: 'marketing.journey_versions',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    journeyId: ref('journey', { required: true, writer: 'system', inverse: 'versions' }),
    number: integer({ required: true, writer: 'system' }),
    definition: json<JourneyDefinition, { required: true; writer: 'system' }>({ required: true, writer: 'system' }),
    templates: json<TemplateSnapshot, { required: true; writer: 'system' }>({ required: true, writer: 'system' }),
    contentHash: text(64, { required: true, writer: 'system', description: 'SHA-256 of definition and templates.' }),
    publishedAt: instant({ required: true, writer: 'system' }),
    publishedById: ref('user', { writer: 'system' }),
  },
  unique: [{ fields: ['journeyId', 'number'], code: 'number_taken' }],
});
export type JourneyVersion = Row<typeof JourneyVersion>;
