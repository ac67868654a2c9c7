import type { Resource } from './define-resource.js';

/** Names every row answers to by itself. */
const taken: ReadonlySet<string> = new Set(['id', 'version', 'createdAt', 'updatedAt', 'can', 'externalRefs']);
const cache = new WeakMap<Resource, ReadonlyMap<string, string>>();

/**
 * The rows a row's refs lead to, by the names they are read, filtered and ordered by: `accountId` leads to `account`. Where the row has
 * something else by that name, `versionId` leads to `versionRecord`.
 */
export function relationsOf(resource: Resource): ReadonlyMap<string, string> {
  const known = cache.get(resource) ?? new Map(refsOf(resource).map((name) => [relationName(resource, name), name]));
  cache.set(resource, known);
  return known;
}

export function relationName({ fields }: Resource, refField: string): string {
  const name = refField.replace(/Id$/, '');
  // A hidden field is nothing anybody reads.
  const isUsed = taken.has(name) || (Object.hasOwn(fields, name) && fields[name]?.options.hidden !== true);
  return isUsed ? `${name}Record` : name;
}

const refsOf = ({ fields }: Resource) =>
  Object.entries(fields).flatMap(([name, { kind, options }]) => (kind === 'ref' && !options.hidden ? [name] : []));
