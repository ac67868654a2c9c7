import { spoken } from '../text/language.js';

/** What a language is called in another; its code where nobody knows. */
export function languageName(code: string, reader: string | undefined): string {
  try {
    return new Intl.DisplayNames([spoken(reader) ?? 'en'], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

const rightToLeft = new Set(['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg']);

/** Which way a language is written, by the script it is usually written in. */
export function directionOf(code: string): 'ltr' | 'rtl' {
  try {
    return rightToLeft.has(new Intl.Locale(code).maximize().script ?? '') ? 'rtl' : 'ltr';
  } catch {
    return 'ltr';
  }
}
