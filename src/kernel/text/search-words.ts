/** The dictionaries PostgreSQL brings, by the language they know the words of. */
const dictionaries: Readonly<Record<string, string>> = {
  ar: 'arabic',
  ca: 'catalan',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  et: 'estonian',
  eu: 'basque',
  fi: 'finnish',
  fr: 'french',
  ga: 'irish',
  hi: 'hindi',
  hu: 'hungarian',
  hy: 'armenian',
  id: 'indonesian',
  it: 'italian',
  lt: 'lithuanian',
  nb: 'norwegian',
  ne: 'nepali',
  nl: 'dutch',
  nn: 'norwegian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sr: 'serbian',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
  yi: 'yiddish',
};

/** The text search configuration of PostgreSQL that knows the words of a language; `simple` knows them as they are written. */
export function dictionaryOf(tag: string | undefined): string {
  const language = (tag ?? '').split(/[-_]/)[0]?.toLowerCase() ?? '';
  return Object.hasOwn(dictionaries, language) ? (dictionaries[language] ?? 'simple') : 'simple';
}
