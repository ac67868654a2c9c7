import { boolean, choice, list, object, text } from '../resource/fields.js';
import { defineQuery } from '../usecase/define-command.js';
import { companyLanguages } from './company-languages.js';
import { directionOf, languageName } from './language-names.js';

const language = {
  code: text(35, { required: true, description: 'BCP 47.' }),
  name: text(100, { required: true, description: 'Its name, in the language of the reader.' }),
  direction: choice(['ltr', 'rtl'], { required: true, description: 'Written from left to right, or from right to left.' }),
  isOwn: boolean({ required: true, description: 'The company writes its texts in it.' }),
};

export const listLanguages = defineQuery({
  name: 'language.list',
  summary: 'Languages the texts of the company are there in.',
  graphql: 'languages',
  access: 'member',
  rest: { path: '/languages' },
  input: {},
  output: {
    languages: list(object(language, { name: 'CompanyLanguage', required: true }), { required: true, description: 'Its own first.' }),
  },

  async run(_, work) {
    const { own, others } = await companyLanguages(work);
    return {
      languages: [own, ...others].map((code, i) => ({
        code,
        name: languageName(code, work.actor.language),
        direction: directionOf(code),
        isOwn: i === 0,
      })),
    };
  },
});
