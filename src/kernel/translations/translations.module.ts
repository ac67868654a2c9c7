import { defineModule } from '../usecase/define-module.js';
import { disableLanguage } from './disable-language.js';
import { enableLanguage } from './enable-language.js';
import { exportTranslations } from './export-translations.js';
import { importTranslations } from './import-translations.js';
import { listLanguages } from './list-languages.js';
import { measureCoverage } from './measure-coverage.js';
import { setTranslations } from './set-translations.js';
import { showTranslations } from './show-translations.js';

/** The texts of a company in more languages than its own. Each stands in its own record. */
export const translationsModule = defineModule({
  name: 'translations',
  description: 'The texts of a company in several languages: products, stages, mails.',
  queries: [listLanguages, showTranslations, measureCoverage, exportTranslations],
  commands: [enableLanguage, disableLanguage, setTranslations, importTranslations],
});
