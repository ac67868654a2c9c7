import { relationNames } from '#modules/customization/api.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { keptKinds, toldKinds } from '../domain/types.js';

/** A kind of record whose changes are shown on timelines. */
export interface Source {
  readonly resource: Resource;
  /** `kept`: its records have a timeline. `told`: they are shown on those of others. `relation`: they join two others. */
  readonly kind: 'kept' | 'told' | 'relation';
  /** References to records that have a timeline: what happens is shown there too. */
  readonly refs: readonly string[];
}
export type Sources = ReadonlyMap<string, Source>;

/** The module of the objects a company has defined itself. */
const ownModule = 'records';

/** All kinds there are for the company: those of the product whose module is on, and its own. */
export async function sourcesOf(work: Work): Promise<Sources> {
  const relations = await relationNames(work);
  const own = [...work.definitions.resources.values()].filter(hasTimeline).map(({ name }) => name);
  const kept = new Set<string>([...keptKinds, ...own.filter((name) => !relations.has(name))]);
  const kinds: readonly (readonly [string, Source['kind']])[] = [
    ...[...kept].map((name) => [name, 'kept'] as const),
    ...toldKinds.map((name) => [name, 'told'] as const),
    ...own.filter((name) => relations.has(name)).map((name) => [name, 'relation'] as const),
  ];
  return new Map(
    kinds.flatMap(([name, kind]) => {
      const resource = work.definitions.resources.get(name);
      return resource ? [[name, { resource, kind, refs: refsOf(resource, kept) }] as const] : [];
    }),
  );
}

const hasTimeline = ({ module, without }: Resource) => module === ownModule && !without?.includes('timeline');

const refsOf = ({ fields }: Resource, kept: ReadonlySet<string>): string[] =>
  Object.entries(fields).flatMap(([name, { kind, target = '', options, stored }]) =>
    kind === 'ref' && kept.has(target) && !options.hidden && !options.personal && stored?.in !== 'formula' ? [name] : [],
  );
