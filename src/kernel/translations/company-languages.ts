import { openWorkOf } from '../db/twins.js';
import { sql } from '../db/sql.js';
import { conflict, invalid } from '../errors/domain-error.js';
import { noteAudit } from '../audit/note-audit.js';
import { text } from '../resource/fields.js';
import { canonical } from '../text/reading.js';
import type { Work } from '../usecase/work.js';

export const languageField = text(35, { required: true, description: 'A BCP 47 tag: `fr`, `pt-BR`.' });
export const languageErrors = {
  'language.invalid': 'This is no language: a BCP 47 tag such as `fr` or `pt-BR` is wanted.',
  'language.is_own': 'It is the language in which the company writes its texts: change the fields themselves.',
  'language.not_enabled': 'The company has not enabled this language.',
};

export interface CompanyLanguages {
  readonly own: string;
  readonly others: readonly string[];
}

/** In which language the texts of the company are written, and which it has them in besides. */
export async function companyLanguages(work: Work, lock = false): Promise<CompanyLanguages> {
  const [tenant] = await work.rows<CompanyLanguages>(
    lock
      ? sql`select locale as own, languages as others from kernel.tenants where id = ${work.tenantId} for no key update`
      : sql`select locale as own, languages as others from kernel.tenants where id = ${work.tenantId}`,
  );
  return tenant ?? { own: 'en', others: [] };
}

/** The tag as it is always written, when it is one and not of the company's own language. */
export function otherLanguage(tag: string, { own }: CompanyLanguages): string {
  const language = canonical(tag);
  if (!language || !/^[a-z]{2,3}(-|$)/.test(language))
    throw invalid('language.invalid', `"${tag}" is no language: a BCP 47 tag such as "fr" or "pt-BR" is wanted.`, { language: tag });
  if (language === canonical(own) || language === canonical(own)?.split('-')[0])
    throw conflict('language.is_own', `The texts of the company are written in "${language}": change the fields themselves.`, { language });
  return language;
}

/** The same, of one the company has enabled. */
export async function enabledLanguage(work: Work, tag: string): Promise<string> {
  const languages = await companyLanguages(work);
  const language = otherLanguage(tag, languages);
  if (!languages.others.includes(language))
    throw conflict('language.not_enabled', `The company has not enabled "${language}".`, { language });
  return language;
}

export async function writeLanguages(work: Work, before: readonly string[], after: readonly string[]): Promise<void> {
  await work.rows(sql`update kernel.tenants set languages = ${after} where id = ${work.tenantId}`);
  await noteAudit(openWorkOf(work), {
    resource: 'language',
    recordId: work.tenantId,
    action: 'updated',
    class: 'change',
    changes: { languages: [before, after] },
  });
}
