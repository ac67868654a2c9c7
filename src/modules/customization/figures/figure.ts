import type { Resource } from '#kernel/resource/define-resource.js';
import type { KeptFigure, Source } from '#kernel/resource/figures.js';

/** A formula or roll-up that is kept. */
export interface Figure extends KeptFigure {
  readonly resource: Resource;
  /** `account.total` */
  readonly key: string;
  readonly sources: readonly Source[];
  /** All that it depends on, however far away: `x_contract.total`. */
  readonly of: readonly string[];
  readonly isMoving: () => boolean;
}

/** All kept figures, each behind those it is made of. */
export function figuresIn(resources: Iterable<Resource>): Figure[] {
  const figures = [...resources].flatMap((resource) => (resource.figures?.kept ?? []).map((kept) => figureOf(resource, kept)));
  const keys = new Set(figures.map(({ key }) => key));
  // What a figure depends on depends on less.
  const depth = ({ of }: Figure) => of.filter((name) => keys.has(name)).length;
  return figures.toSorted((a, b) => depth(a) - depth(b));
}

function figureOf(resource: Resource, kept: KeptFigure): Figure {
  const { options, stored } = resource.fields[kept.name] ?? { options: {} };
  const { sources = none, isMoving = never } = stored?.in === 'formula' ? stored : {};
  return { ...kept, resource, key: `${resource.name}.${kept.name}`, sources: sources(), of: options.of ?? [], isMoving };
}
const none = () => [];
const never = () => false;
