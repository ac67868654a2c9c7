import type { Reference, Source, Step } from '../domain/mapping.js';

/** Columns of the file a source reads. */
export function columnsOfSource(source: Source): string[] {
  if ('firstOf' in source) return source.firstOf.flatMap(columnsOfSource);
  if ('parts' in source) return Object.values(source.parts).flatMap(columnsOfSource);
  if ('only' in source) return [source.only.column, ...columnsOfSource(source.source)];
  if ('reference' in source) return inReference(source.reference);
  return 'from' in source ? inTemplate(source.from) : [];
}

const inTemplate = (template: string): string[] => template.split(/\{([^}]+)\}/).filter((_, i) => i % 2 === 1);
const inReference = ({ by }: Reference): string[] =>
  Object.values(by).flatMap((part) => ('by' in part ? inReference(part) : inTemplate(part.from)));

/** Without these columns no row of the step could be known again. */
export const columnsNeeded = ({ key, set }: Step): string[] => {
  const of = (field: string) => (set[field] && !('firstOf' in set[field]) ? columnsOfSource(set[field]) : []);
  return key.flatMap(of);
};

export const columnsRead = ({ set, history, authors, when }: Step): string[] => [
  ...Object.values(set).flatMap(columnsOfSource),
  ...Object.values(history ?? {}).flatMap(columnsOfSource),
  ...Object.values(authors ?? {}).flatMap(({ source }) => columnsOfSource(source)),
  ...(when === undefined ? [] : [when]),
];
