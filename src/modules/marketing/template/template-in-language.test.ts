import { inLanguageOf } from './template-in-language.js';

const said = (text: string) => ({ text, sourceHash: '' });
const template = {
  subject: 'Willkommen',
  mjml: '<mjml>Hallo</mjml>',
  text: 'Hallo',
  translations: {
    subject: { fr: said('Bienvenue'), 'pt-BR': said('Boas-vindas') },
    mjml: { fr: said('<mjml>Bonjour</mjml>') },
  },
};

test('a mail speaks the language of who gets it, as far as it can', () => {
  expect(inLanguageOf(template, 'fr-CA')).toEqual({ subject: 'Bienvenue', mjml: '<mjml>Bonjour</mjml>', text: null });
  expect(inLanguageOf(template, 'pt-BR')).toEqual({ subject: 'Boas-vindas', mjml: '<mjml>Hallo</mjml>', text: 'Hallo' });
});

test('and that of the company to everybody else', () => {
  const own = { subject: 'Willkommen', mjml: '<mjml>Hallo</mjml>', text: 'Hallo' };
  for (const language of ['de', 'it', null, 'no language']) expect(inLanguageOf(template, language)).toEqual(own);
  expect(inLanguageOf({ ...own }, 'fr')).toEqual(own);
});
