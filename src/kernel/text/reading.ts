import type { Actor } from '../access/actor.js';

/** Languages the texts of a company are told in. */
export interface TextLanguages {
  /** In which its fields are written. */
  readonly own: string;
  /** Which it has translations in. */
  readonly others: readonly string[];
  /** What the reader himself has chosen, whatever a request asks for. */
  readonly user: string;
}

const longest = 35;
const mostWishes = 10;
const longestHeader = 500;

/** A BCP 47 tag as it is always written, `de-at` as `de-AT`; null when it is none. */
export function canonical(tag: string): string | null {
  if (tag.length > longest) return null;
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

/** What an Accept-Language header asks for, the dearest first. */
export function askedTags(header: string | undefined): string[] {
  if (!header || header.length > longestHeader) return [];
  const wishes = header.split(',').flatMap((part, place) => {
    const [tag = '', ...parameters] = part.split(';');
    const language = canonical(tag);
    const q = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find((value) => value !== undefined);
    const weight = q === undefined ? 1 : Number(q);
    return language && weight > 0 ? [{ language, weight, place }] : [];
  });
  const best = wishes.sort((a, b) => b.weight - a.weight || a.place - b.place).map(({ language }) => language);
  return [...new Set(best)].slice(0, mostWishes);
}

/** `zh-Hant-TW`, `zh-Hant`, `zh`: what serves whoever asks for the first. */
function lessAndLess(tag: string): string[] {
  const parts = tag.split('-');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
}

/** Languages to look for a text in before the company's own; only such as it has enabled. */
export function readingOf(wishes: readonly string[], { own, others }: Pick<TextLanguages, 'own' | 'others'>): readonly string[] {
  const reads: string[] = [];
  const written = canonical(own)?.split('-')[0];
  for (const wish of wishes) {
    for (const tag of lessAndLess(canonical(wish) ?? '')) {
      if (others.includes(tag) && !reads.includes(tag)) reads.push(tag);
      if (tag === written) return reads;
    }
  }
  return reads;
}

/** The same actor as his request reads. */
export function withReading(actor: Actor, header: string | undefined): Actor {
  const wishes = askedTags(header);
  if (!actor.texts || wishes.length === 0) return actor;
  return { ...actor, reads: readingOf([...wishes, actor.texts.user], actor.texts) };
}

/** Equal for actors who see the same things in the same languages: keys plans. */
export const readerShape = ({ shape, reads }: Actor): string => (reads?.length ? `${shape} ${reads.join(' ')}` : shape);
