export interface PersonName {
  readonly firstName?: string | null;
  readonly lastName?: string | null;
}

/** Languages in which the family comes first, and what stands between the names: nothing, where they are written in signs. */
const familyFirst: ReadonlySet<string> = new Set(['hu', 'ja', 'km', 'ko', 'vi', 'zh']);
const signs = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー]+$/u;

/** A person's name as it is said in a language, a BCP 47 tag: that of the person, where it is known. */
export function personName({ firstName, lastName }: PersonName, language: string | null | undefined): string {
  const [first, last] = [(firstName ?? '').trim(), (lastName ?? '').trim()];
  const areSigns = signs.test(first) && signs.test(last);
  const isFamilyFirst = areSigns || familyFirst.has(language?.toLowerCase().split(/[-_]/)[0] ?? '');
  return (isFamilyFirst ? [last, first] : [first, last]).filter((name) => name !== '').join(areSigns ? '' : ' ');
}
