import { mayAsk } from '../access/field-rights.js';
import { columnSql, resourceColumns } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import { dictionaryOf } from '../text/search-words.js';
import { placed, textLeaf } from './leaves.js';
import type { StatementWriter } from './statement.js';
import type { Val } from './values.js';

interface Searched {
  readonly writer: StatementWriter;
  readonly resource: Resource;
  readonly alias: string;
  /** JSON pointer to what is searched for, for refusals. */
  readonly path: string;
}

export const isSearched = ({ fields }: Resource): boolean => Object.values(fields).some(({ options }) => options.search && !options.hidden);

/** Rows with a text in one of the searched fields: any part of one, or its words in whatever form the language gives them. */
export function searchSql(place: Searched, val: Val): string {
  const { writer, resource, alias, path } = place;
  const names = Object.entries(resource.fields)
    // What the actor may not see is not searched, and nobody is told so: a hit must not depend on it.
    .filter(([name, field]) => field.options.search && !field.options.hidden && mayAsk(writer.actor, resource, name))
    .map(([name]) => name);
  // A parameter no condition uses has no type.
  if (names.length === 0) return 'false';
  // What is worked out of the words is worked out once, when the statement is planned.
  writer.dependsOnValues = true;
  const wanted = wantedOf(writer, val, path);
  const columns = names.flatMap((name) => {
    const column = resourceColumns(resource).get(name)?.[0];
    return column ? [{ name, sql: columnSql(column, alias) }] : [];
  });
  const [told, plain] = [
    columns.filter(({ name }) => writer.isTold(resource, name)),
    columns.filter(({ name }) => !writer.isTold(resource, name)),
  ];
  const own = ownDictionary(writer);
  const inTranslation = told.map(({ name, sql }) => {
    const shown = writer.told(resource, name, { alias, column: sql });
    return `(select ${found(['x.shown'], wanted, [own, ...readDictionaries(writer)])} from (select ${shown} as shown offset 0) x)`;
  });
  return any([
    ...(plain.length > 0
      ? [
          found(
            plain.map(({ sql }) => sql),
            wanted,
            [own],
          ),
        ]
      : []),
    ...inTranslation,
  ]);
}

interface Wanted {
  readonly pattern: string;
  readonly otherwise: string;
  readonly words: string;
}

function wantedOf(writer: StatementWriter, val: Val, path: string): Wanted {
  const { convert } = placed(textLeaf, path);
  const text = (v: unknown) => String(convert(v));
  const within = (part: string) => `%${escapeLike(part)}%`;
  return {
    pattern: writer.leaf(val, 'text', (v) => within(text(v))),
    otherwise: writer.leaf(val, 'text', (v) => {
      const spelled = otherSpelling(text(v));
      return spelled === null ? null : within(spelled);
    }),
    words: writer.leaf(val, 'text', (v) => text(v).slice(0, longestWords).toLowerCase()),
  };
}

/** Beyond that nobody searches by words. */
const longestWords = 200;
/** Of more words than these only the dictionary is asked. */
const soughtWords = [1, 2, 3] as const;

const any = (parts: readonly string[]) => `(${parts.join(' or ')})`;

/**
 * The index of trigrams finds parts of texts, and texts with the beginnings of words; what it finds is then held to all words as the dictionary has
 * them. In two conditions, since dictionaries are not leakproof: in one with the first they would keep it from the index.
 */
function found(columns: readonly string[], { pattern, otherwise, words }: Wanted, dictionaries: readonly string[]): string {
  const parts = columns.flatMap((column) => [`${column} ilike ${pattern}`, `${column} ilike ${otherwise}`]);
  const pairs = columns.flatMap((column) => dictionaries.map((dictionary) => ({ column, dictionary })));
  const near = pairs.map(({ column, dictionary }) => nearWords(column, dictionary, words));
  const exact = pairs.map(
    ({ column, dictionary }) => `to_tsvector(${dictionary}, lower(${column})) @@ plainto_tsquery(${dictionary}, ${words})`,
  );
  return `(${any([...parts, ...near])} and ${any([...parts, ...exact])})`;
}

/** Text that has the beginnings of the longest words, one way or another they may be written. */
function nearWords(column: string, dictionary: string, words: string): string {
  const each = soughtWords.map((place) => {
    const beginnings = `kernel.beginnings_of_word(${dictionary}, ${words}, ${place})`;
    const isThere = `${column} ilike any(${beginnings})`;
    return place === 1 ? isThere : `(${beginnings} is null or ${isThere})`;
  });
  return `(${each.join(' and ')})`;
}

/** For texts in the language the company writes in. */
const ownDictionary = (writer: StatementWriter): string =>
  writer.computed('dictionary', ({ actor }) => dictionaryOf(actor.writes), 'regconfig');

/** For those of its other languages the reader is told texts in. */
const readDictionaries = (writer: StatementWriter): string[] =>
  (writer.actor.reads ?? []).map((_, i) => writer.computed(`dictionary ${i}`, ({ actor }) => dictionaryOf(actor.reads?.[i]), 'regconfig'));

/** German writes `Straße` and `Strasse`: who looks for one means the other too. Null when there is but one way to write it. */
const otherSpelling = (text: string): string | null => {
  const other = /ß/.test(text) ? text.replaceAll('ß', 'ss') : text.replaceAll(/ss/gi, 'ß');
  return other === text ? null : other;
};

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
