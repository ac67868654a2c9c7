import { openWorkOf } from '../db/twins.js';
import { integer, list, object, text } from '../resource/fields.js';
import { defineQuery } from '../usecase/define-command.js';
import { enabledLanguage, languageErrors, languageField } from './company-languages.js';
import { countTexts } from './count-texts.js';

const part = {
  resource: text(80, { required: true, description: 'What has the texts.' }),
  field: text(80, { required: true, description: 'Which of its texts.' }),
  total: integer({ required: true, description: 'Texts there are.' }),
  translated: integer({ required: true, description: 'Those there are in the language.' }),
  outdated: integer({ required: true, description: 'Those of them whose text has changed since.' }),
};

export const measureCoverage = {
  ...defineQuery({
    name: 'translation.coverage',
    summary: 'How much of the texts of the company is there in a language.',
    graphql: 'translationCoverage',
    rest: { path: '/translations/coverage' },
    input: { language: languageField },
    output: {
      language: text(35, { required: true }),
      total: integer({ required: true, description: 'Texts there are, of what you may read.' }),
      translated: integer({ required: true, description: 'Those there are in the language.' }),
      outdated: integer({ required: true, description: 'Those of them whose text has changed since.' }),
      parts: list(object(part, { name: 'CoverageOfField', required: true }), { required: true, description: 'Field by field.' }),
    },
    errors: languageErrors,

    async run({ language: tag }, work) {
      const language = await enabledLanguage(work, tag);
      const parts = await countTexts(openWorkOf(work), language);
      const sum = (of: 'total' | 'translated' | 'outdated') => parts.reduce((all, one) => all + one[of], 0);
      return { language, total: sum('total'), translated: sum('translated'), outdated: sum('outdated'), parts };
    },
  }),
  permission: 'translation:read',
};
