import { toldIn, type Translations } from '#kernel/resource/translations.js';
import { readingOf } from '#kernel/text/reading.js';

export interface Letter {
  readonly subject: string;
  readonly mjml: string;
  /** The plain text; made from the HTML when it is null. */
  readonly text: string | null;
}

/** A mail as its addressee reads it, as far as it is translated. Without a translation of its own the plain text follows the HTML. */
export function inLanguageOf(template: Letter & { readonly translations?: Translations }, language: string | null): Letter {
  const { translations, subject, mjml, text } = template;
  if (!translations || !language) return { subject, mjml, text };
  // In which language the company writes is the language the others are not: whoever reads that has no translation to look for.
  const others = [...new Set(Object.values(translations).flatMap((byLanguage) => Object.keys(byLanguage)))];
  const reads = readingOf([language], { own: '', others });
  const body = toldIn(translations, 'mjml', reads);
  return {
    subject: toldIn(translations, 'subject', reads) ?? subject,
    mjml: body ?? mjml,
    text: toldIn(translations, 'text', reads) ?? (body === null ? text : null),
  };
}
