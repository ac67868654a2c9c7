import { mayAsk } from '#kernel/access/field-rights.js';
import { rowFilter } from '#kernel/access/scope.js';
import type { Actor } from '#kernel/access/actor.js';
import { isExtensible, type Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';

/** A way in which records of two kinds hang together: by a reference of the one, or by the records of a relation. */
export interface Tie {
  /** `contact.accountId` or `x_employment`. */
  readonly name: string;
  /** Whose rows say so: the records of the relation, or those that refer. */
  readonly holder: Resource;
  /** The reference to the one side; null where the holder is that side itself. */
  readonly from: string | null;
  readonly to: string;
  /** The kinds on either side. */
  readonly near: Resource;
  readonly far: Resource;
}

/** What the company's definitions, and the rights of who asks, leave of all there could be. */
export interface TieKinds {
  readonly definitions: Registry;
  readonly actor: Actor;
  /** Names of the objects that are relations. */
  readonly relations: ReadonlySet<string>;
  /** Kinds that tell of dealings: they say how strong a tie is, and are none. */
  readonly dealings: ReadonlySet<string>;
}

/** Relations before references: they were defined to say how records stand to each other. */
export function tiesOf(kinds: TieKinds): readonly Tie[] {
  const resources = [...kinds.definitions.resources.values()].filter((resource) => mayRead(kinds.actor, resource));
  const relations = resources.filter(({ name }) => kinds.relations.has(name)).flatMap((holder) => relationTie(kinds, holder));
  const people = new Set(resources.filter((resource) => isKept(kinds, resource)).map(({ name }) => name));
  return [...relations, ...resources.flatMap((holder) => (people.has(holder.name) ? referenceTies(kinds, holder, people) : []))];
}

/** Whether its records have a place of their own among the others: what somebody keeps, and what a relation joins. */
export const standsAmong = (kinds: TieKinds, resource: Resource): boolean =>
  isKept(kinds, resource) || tiesOf(kinds).some(({ near, far }) => near.name === resource.name || far.name === resource.name);

/** Shared ground, such as products and stages, would join everybody with everybody. */
const isKept = ({ relations, dealings }: TieKinds, resource: Resource): boolean =>
  resource.scope.kind === 'owned' && isExtensible(resource) && !relations.has(resource.name) && !dealings.has(resource.name);

const mayRead = (actor: Actor, resource: Resource) => rowFilter(resource, actor, `${resource.name}:read`).kind !== 'none';

/** Whoever may not see whom it joins, or when, is not told that it does. */
function relationTie({ definitions, actor }: TieKinds, holder: Resource): Tie[] {
  const [near, far] = ['fromId', 'toId'].map((name) => definitions.resources.get(holder.fields[name]?.target ?? ''));
  const asked = ['fromId', 'toId', 'validFrom', 'validTo'].filter((name) => Object.hasOwn(holder.fields, name));
  if (!near || !far || !mayRead(actor, near) || !mayRead(actor, far) || !asked.every((name) => mayAsk(actor, holder, name))) return [];
  return [{ name: holder.name, holder, from: 'fromId', to: 'toId', near, far }];
}

function referenceTies({ definitions, actor }: TieKinds, holder: Resource, people: ReadonlySet<string>): Tie[] {
  return Object.entries(holder.fields).flatMap(([name, { kind, target = '', options }]) => {
    const far = definitions.resources.get(target);
    if (kind !== 'ref' || options.hidden || !far || !people.has(target) || !mayAsk(actor, holder, name)) return [];
    return [{ name: `${holder.name}.${name}`, holder, from: null, to: name, near: holder, far }];
  });
}

/** From the side that is called `from` to the other, or back. */
export interface Direction {
  readonly tie: Tie;
  readonly isForward: boolean;
}

export const directionsFrom = (ties: readonly Tie[], kind: string): Direction[] =>
  ties.flatMap((tie) => [
    ...(tie.near.name === kind ? [{ tie, isForward: true }] : []),
    ...(tie.far.name === kind ? [{ tie, isForward: false }] : []),
  ]);
