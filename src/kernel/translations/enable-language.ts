import { conflict } from '../errors/domain-error.js';
import { boolean, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { companyLanguages, languageErrors, languageField, otherLanguage, writeLanguages } from './company-languages.js';

const most = 30;

export const enableLanguage = defineCommand({
  name: 'language.enable',
  summary: 'Have the texts of the company in one more language.',
  description: 'Readers who ask for it get what is translated, and all else in the language of the company. Once more does nothing.',
  rest: { path: '/languages/{code}/enable' },
  input: { code: languageField },
  output: {
    code: text(35, { required: true }),
    changed: boolean({ required: true, description: 'False: it was enabled already.' }),
  },
  errors: {
    'language.invalid': languageErrors['language.invalid'],
    'language.is_own': languageErrors['language.is_own'],
    'language.too_many': `A company has its texts in at most ${most} languages more.`,
  },

  async run({ code: tag }, work) {
    const languages = await companyLanguages(work, true);
    const code = otherLanguage(tag, languages);
    const { others } = languages;
    if (others.includes(code)) return { code, changed: false };
    if (others.length >= most)
      throw conflict('language.too_many', `A company has its texts in at most ${most} languages more.`, { limit: most });
    await writeLanguages(work, others, [...others, code]);
    return { code, changed: true };
  },
});
