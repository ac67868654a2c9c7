import type { Reference, Source, Step } from '../mapping.js';

/** A resource referred to by a field of a step. */
interface Link {
  readonly field: string;
  readonly resource: string;
}

/**
 * Steps in the order of dependence: what is referred to comes first. A reference that cannot wait for its turn, to a row of the same
 * file or around a circle, gets a second pass at the end, if the field may be empty until then.
 */
export function orderSteps(steps: readonly Step[], isRequired: (step: Step, field: string) => boolean): Step[] {
  const left = [...steps];
  const ordered: Step[] = [];
  const later: Step[] = [];
  while (left.length > 0) {
    const next =
      left.find((step) => linksOf(step).every(({ resource }) => !left.some((other) => isBefore(other, step, resource)))) ?? left[0];
    if (!next) break;
    left.splice(left.indexOf(next), 1);
    const waiting = linksOf(next).filter(
      ({ field, resource }) =>
        [next, ...left].some((other) => makes(other, resource)) && !isRequired(next, field) && !next.key.includes(field),
    );
    ordered.push(waiting.length === 0 ? next : { ...next, set: without(next.set, waiting) });
    if (waiting.length > 0 && next.mode !== 'link') later.push(secondPass(next, waiting));
    else if (waiting.length > 0) ordered[ordered.length - 1] = next;
  }
  return [...ordered, ...later];
}

/** Rows of one resource cannot wait for each other as a whole. */
const isBefore = (other: Step, step: Step, wanted: string) => other.resource !== step.resource && makes(other, wanted);

const makes = ({ resource, mode }: Step, wanted: string) => resource === wanted && mode !== 'link' && mode !== 'report';

const linksOf = ({ set }: Step): Link[] =>
  Object.entries(set).flatMap(([field, source]) => resourcesOf(source).map((resource) => ({ field, resource })));

function resourcesOf(source: Source): string[] {
  if ('firstOf' in source) return source.firstOf.flatMap(resourcesOf);
  if ('only' in source) return resourcesOf(source.source);
  return 'reference' in source ? inReference(source.reference) : [];
}

const inReference = ({ resource, by }: Reference): string[] => [
  resource,
  ...Object.values(by).flatMap((part) => ('by' in part ? inReference(part) : [])),
];

const without = (set: Step['set'], links: readonly Link[]): Step['set'] =>
  Object.fromEntries(Object.entries(set).filter(([field]) => !links.some((link) => link.field === field)));

function secondPass(step: Step, links: readonly Link[]): Step {
  const wanted = [...step.key, ...links.map(({ field }) => field)];
  const { name, resource, key, file, rows, when, duplicates, history, authors } = step;
  return {
    name: `${name}: links`,
    resource,
    key,
    mode: 'link',
    // A key that comes again has been told of in the first pass.
    duplicates: duplicates === 'update' ? 'update' : 'skip',
    ...(file === undefined ? {} : { file }),
    ...(rows ? { rows } : {}),
    ...(when === undefined ? {} : { when }),
    ...(history || authors ? { keepsDates: true as const } : {}),
    set: Object.fromEntries(Object.entries(step.set).filter(([field]) => wanted.includes(field))),
  };
}
