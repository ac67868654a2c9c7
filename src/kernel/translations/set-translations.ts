import { openWorkOf } from '../db/twins.js';
import type { Resource } from '../resource/define-resource.js';
import { integer, json, text, type Fields } from '../resource/fields.js';
import { translatableFields } from '../resource/translations.js';
import { validate } from '../resource/validate.js';
import { defineCommand } from '../usecase/define-command.js';
import { enabledLanguage, languageErrors, languageField } from './company-languages.js';
import { resourceWithTexts, textErrors, writeTexts, type NewText } from './write-texts.js';

export const setTranslations = defineCommand({
  name: 'translation.set',
  summary: 'Say texts of a record in another language.',
  description: 'An ordinary change of the record, by whoever may change it. Texts that are not named stay.',
  graphql: 'setTranslations',
  rest: { path: '/translations/records/{recordId}/set' },
  input: {
    recordId: text(36, { required: true, description: 'Id of the record: a product, a stage, a template.' }),
    language: languageField,
    texts: json({
      required: true,
      description: 'By field: `{"name": "Vis", "description": null}`; null takes a text away, as a blank one does.',
    }),
    expectedVersion: integer({ min: 1, description: 'Refuses when the record has moved on from this version.' }),
  },
  output: { version: integer({ required: true, description: 'Version of the record.' }) },
  errors: { ...languageErrors, ...textErrors },

  async run({ recordId, language: tag, texts, expectedVersion }, given) {
    const work = openWorkOf(given);
    const resource = resourceWithTexts(work, recordId);
    const language = await enabledLanguage(work, tag);
    const said = { recordId, language, texts: textsFrom(resource, texts), expectedVersion };
    const { version } = await writeTexts(work, resource, said);
    return { version };
  },
});

const shapes = new WeakMap<Resource, Fields>();

/** What a text may be in any language: as long as in the company's own. */
function shapeOf(resource: Resource): Fields {
  const known =
    shapes.get(resource) ?? Object.fromEntries(translatableFields(resource).map(([name, { max }]) => [name, text(max ?? 200)] as const));
  shapes.set(resource, known);
  return known;
}

export const textsFrom = (resource: Resource, input: unknown): NewText[] =>
  Object.entries(validate(shapeOf(resource), input, 'patch')).flatMap(([field, value]) =>
    value === undefined ? [] : [{ field, text: typeof value === 'string' && /\S/.test(value) ? value : null }],
  );
