import { createHash } from 'node:crypto';
import { columnsOf, columnSql } from './columns.js';
import type { Resource } from './define-resource.js';
import { json, type Field } from './fields.js';

/** What a text is called in another language, and of which text it is the translation. */
export interface Translated {
  readonly text: string;
  /** Start of the SHA-256 of the text it was made of: it is out of date when that has changed. */
  readonly sourceHash: string;
}
/** By field and language: `{ "name": { "fr": { "text": "Vis", "sourceHash": "…" } } }`. */
export type Translations = Readonly<Record<string, Readonly<Record<string, Translated>>>>;

/** The field in which a resource keeps its `translatable` texts in other languages; `of` names them, `product.name`. */
export const translations = <const O extends readonly string[]>(...of: O) =>
  json<Translations, { writer: 'system'; of: O; description: string }>({
    writer: 'system',
    of,
    description: 'Its texts in other languages, `{"name": {"fr": {"text": "Vis", "sourceHash": "…"}}}`; written by `translation.set`.',
  });

/** The texts of the row under `alias` in other languages, by field and language, wherever it keeps them. */
export function translationsSql({ fields }: Pick<Resource, 'fields'>, alias: string): string {
  const [column] = fields['translations'] ? columnsOf('translations', fields['translations']) : [];
  return columnSql(column ?? { name: 'translations' }, alias);
}

/** The fields of a resource that have translations. */
export const translatableFields = ({ fields }: Pick<Resource, 'fields'>): [string, Field][] =>
  Object.entries(fields).filter(([, { options }]) => options.translatable);

export const sourceHashOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 16);

/** A text in the first of the languages it is there in, or as it is. */
export function toldIn(texts: Translations | null | undefined, field: string, languages: readonly string[]): string | null {
  const known = texts?.[field];
  const language = languages.find((one) => known?.[one] !== undefined);
  return language === undefined ? null : (known?.[language]?.text ?? null);
}
