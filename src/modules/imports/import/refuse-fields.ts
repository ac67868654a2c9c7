import { fieldForbidden, fieldRight, mayAsk, type FieldName } from '#kernel/access/field-rights.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Mapping, Reference, Source, Step } from '../domain/mapping.js';

/**
 * An import writes every field its mapping names and finds rows by others, so it takes the right to do both by hand: which rows are
 * found, and what the report says of them, would tell of fields the actor may not see.
 */
export function refuseFields(work: Pick<Work, 'actor' | 'resource'>, mapping: Mapping): void {
  const kept = [
    ...mapping.steps.flatMap(written).filter(({ resource, field }) => fieldRight(work.actor, work.resource(resource), field) !== null),
    ...mapping.steps.flatMap(matched).filter(({ resource, field }) => !mayAsk(work.actor, work.resource(resource), field)),
  ];
  if (kept.length > 0) throw fieldForbidden(kept);
}

const written = ({ resource, set }: Step): FieldName[] => Object.keys(set).map((field) => ({ resource, field }));

const matched = ({ resource, key, set }: Step): FieldName[] => [
  ...key.map((field) => ({ resource, field })),
  ...Object.values(set).flatMap(matchedBySource),
];

/** Kinds of records the references of a step are looked for among. */
export const lookedUp = ({ set }: Step): string[] =>
  Object.values(set)
    .flatMap(matchedBySource)
    .map(({ resource }) => resource);

function matchedBySource(source: Source): FieldName[] {
  if ('firstOf' in source) return source.firstOf.flatMap(matchedBySource);
  if ('only' in source) return matchedBySource(source.source);
  return 'reference' in source ? matchedByReference(source.reference) : [];
}

const matchedByReference = ({ resource, by }: Reference): FieldName[] =>
  Object.entries(by).flatMap(([field, source]) => [{ resource, field }, ...('by' in source ? matchedByReference(source) : [])]);
