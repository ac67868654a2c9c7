/** Languages everything is said in. A closed list: a language is never part of a path or of SQL. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** The language a BCP 47 tag is of, when it is one of ours: `de-AT` is German. */
export function spoken(tag: string | null | undefined): Language | null {
  const primary = tag?.trim().toLowerCase().split(/[-_]/)[0];
  return languages.find((language) => language === primary) ?? null;
}

const longest = 500;

/** What an Accept-Language header asks for: the one of ours it likes best; null when it likes none, or any. */
export function askedLanguage(header: string | undefined): Language | null {
  if (!header || header.length > longest) return null;
  const wishes = header.split(',').flatMap((part, place) => {
    const [tag = '', ...parameters] = part.split(';');
    const language = spoken(tag);
    const weight = weightOf(parameters);
    return language && weight > 0 ? [{ language, weight, place }] : [];
  });
  return wishes.sort((a, b) => b.weight - a.weight || a.place - b.place)[0]?.language ?? null;
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find((value) => value !== undefined);
  return q === undefined ? 1 : Number(q);
}

/** The request's wish, else the first of the tags (the user's, the tenant's) that is one of ours, else English. */
export const chooseLanguage = (header: string | undefined, ...tags: (string | null | undefined)[]): Language =>
  askedLanguage(header) ?? tags.map(spoken).find((language) => language !== null) ?? 'en';
