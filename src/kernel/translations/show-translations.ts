import { fieldRight } from '../access/field-rights.js';
import { openWorkOf } from '../db/twins.js';
import { boolean, list, longText, object, text } from '../resource/fields.js';
import { sourceHashOf, toldIn, translatableFields, type Translations } from '../resource/translations.js';
import { readingOf } from '../text/reading.js';
import { defineQuery } from '../usecase/define-command.js';
import { companyLanguages, languageErrors, otherLanguage } from './company-languages.js';
import { noSuchRecord, resourceWithTexts } from './write-texts.js';

const one = {
  field: text(80, { required: true, description: 'Name of the field.' }),
  source: longText({ required: true, description: 'The text as the company wrote it.' }),
  told: longText({ required: true, description: 'The text as its reader gets it.' }),
  language: text(35, { required: true, description: 'The language it is told in.' }),
  isMissing: boolean({ required: true, description: 'It is not there in the language that was asked for.' }),
  isOutdated: boolean({ required: true, description: 'The text it was translated from has changed since.' }),
};

const warning = {
  code: text(80, { required: true, description: 'What is amiss.' }),
  field: text(80, { required: true, description: 'Name of the field.' }),
  language: text(35, { required: true, description: 'The language that was asked for.' }),
};

export const showTranslations = defineQuery({
  name: 'translation.read',
  summary: 'The texts of a record in a language, and in which each is told.',
  graphql: 'translationsOf',
  rest: { path: '/translations/records/{recordId}' },
  input: {
    recordId: text(36, { required: true, description: 'Id of the record.' }),
    language: text(35, { description: 'A BCP 47 tag; that of the request and its user when left out.' }),
  },
  output: {
    warnings: list(object(warning, { name: 'TranslationWarning', required: true }), {
      required: true,
      description:
        '`translation.missing` for each text that is told in another language than was asked for, `translation.outdated` likewise.',
    }),
    texts: list(object(one, { name: 'TextOfRecord', required: true }), { required: true, description: 'Those there are and may be seen.' }),
  },
  errors: {
    'translation.no_such_record': 'There is no such record with texts, or you may not see it.',
    'language.invalid': languageErrors['language.invalid'],
  },

  async run({ recordId, language }, given) {
    const work = openWorkOf(given);
    const resource = resourceWithTexts(work, recordId);
    const found = await work.repo(resource).find(recordId);
    if (!found) throw noSuchRecord();
    const row: Readonly<Record<string, unknown>> = { ...found };
    const languages = await companyLanguages(work);
    const reads = language ? readingOf([asked(language, languages)], languages) : (work.actor.reads ?? []);
    const translated = (row['translations'] ?? {}) as Translations;
    const texts = translatableFields(resource).flatMap(([field]) => {
      const source = row[field];
      const right = fieldRight(work.actor, resource, field);
      if (typeof source !== 'string' || right === 'hide' || right === 'mask') return [];
      const chosen = reads.find((tag) => translated[field]?.[tag] !== undefined);
      return {
        field,
        source,
        told: toldIn(translated, field, reads) ?? source,
        language: chosen ?? languages.own,
        isMissing: reads.length > 0 && chosen !== reads[0],
        isOutdated: chosen !== undefined && translated[field]?.[chosen]?.sourceHash !== sourceHashOf(source),
      };
    });
    return { texts, warnings: texts.flatMap((text) => warningsOf(text, reads[0] ?? languages.own)) };
  },
});

const warningsOf = ({ field, isMissing, isOutdated }: { field: string; isMissing: boolean; isOutdated: boolean }, language: string) => [
  ...(isMissing ? [{ code: 'translation.missing', field, language }] : []),
  ...(isOutdated ? [{ code: 'translation.outdated', field, language }] : []),
];

/** Its own language is one to ask for, too. */
function asked(tag: string, languages: Awaited<ReturnType<typeof companyLanguages>>): string {
  return tag.split(/[-_]/)[0]?.toLowerCase() === languages.own.split('-')[0] ? tag : otherLanguage(tag, languages);
}
