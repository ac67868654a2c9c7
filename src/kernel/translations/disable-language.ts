import { openWorkOf } from '../db/twins.js';
import { boolean, integer, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { companyLanguages, languageErrors, languageField, otherLanguage, writeLanguages } from './company-languages.js';
import { countTexts } from './count-texts.js';

export const disableLanguage = defineCommand({
  name: 'language.disable',
  summary: 'No longer have the texts of the company in a language.',
  description: 'Nobody gets them in it from now on; they are kept, and there again once it is enabled. Once more does nothing.',
  rest: { path: '/languages/{code}/disable' },
  input: { code: languageField },
  output: {
    code: text(35, { required: true }),
    changed: boolean({ required: true, description: 'False: it was not enabled.' }),
    kept: integer({ required: true, description: 'Texts there are in it.' }),
  },
  errors: { 'language.invalid': languageErrors['language.invalid'], 'language.is_own': languageErrors['language.is_own'] },

  async run({ code: tag }, work) {
    const languages = await companyLanguages(work, true);
    const code = otherLanguage(tag, languages);
    const { others } = languages;
    const changed = others.includes(code);
    if (changed)
      await writeLanguages(
        work,
        others,
        others.filter((one) => one !== code),
      );
    const counts = await countTexts(openWorkOf(work.system), code);
    return { code, changed, kept: counts.reduce((sum, { translated }) => sum + translated, 0) };
  },
});
