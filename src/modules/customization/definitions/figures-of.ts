import type { Field } from '#kernel/resource/fields.js';
import type { Figures, Kept, KeptFigure, Source, Step, Watch } from '#kernel/resource/figures.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { FieldDefinition } from '../field/field-definition.resource.js';
import { isWorkedOut } from '../domain/field-types.js';

/** The same sources as somebody one step away has them. */
export const behind = (step: Step, sources: readonly Source[]): Source[] =>
  sources.map((source) => ({ ...source, path: [step, ...source.path] }));

export const distinctSources = (sources: readonly Source[]): Source[] => [
  ...new Map(sources.map((source) => [JSON.stringify(source), source])).values(),
];

/** Whether a figure follows from its record alone. */
export const isOwnFigure = (sources: readonly Source[]): boolean => sources.every(({ path, isKept }) => path.length === 0 && !isKept);

/** Whether a figure is kept: what is said of it is that an index serves it. */
export const isKept = ({ type, isIndexed }: Pick<FieldDefinition, 'type' | 'isIndexed'>): boolean => isWorkedOut(type) && isIndexed;

/** More of a text than an index takes is not kept. */
export const longestKept = 500;

interface Place extends Pick<Kept, 'table' | 'cast'> {
  /** What is kept, as the field has it. */
  readonly shown: (value: string) => string;
}
const asItIs = (value: string) => value;
const num: Place = { table: 'kernel.kept_num', cast: 'numeric', shown: asItIs };
const places: Readonly<Record<string, Place>> = {
  number: num,
  count: { ...num, shown: (value) => `${value}::integer` },
  boolean: { table: 'kernel.kept_bool', cast: 'boolean', shown: asItIs },
  date: { table: 'kernel.kept_time', cast: 'timestamptz', shown: (value) => `${value}::date` },
  instant: { table: 'kernel.kept_time', cast: 'timestamptz', shown: asItIs },
};
const text: Place = { table: 'kernel.kept_text', cast: 'text', shown: asItIs };

export const keptTables = ['text', 'num', 'time', 'bool'].map((type) => `kernel.kept_${type}`);

const placeOf = ({ resultType }: Pick<FieldDefinition, 'resultType'>): Place => places[resultType ?? ''] ?? text;

/** Where the figures of a definition are kept, given what they come to. */
export function keptAt(definition: FieldDefinition, worked: Kept['worked']): Kept {
  const { table, cast } = placeOf(definition);
  return { table, cast, fieldId: definition.id, worked: (alias, as) => fitted(cast, worked(alias, as)) };
}

/** As far as an index takes it: the rest of a text is cut off, and a number nobody can read is none. */
function fitted(cast: string, value: string): string {
  if (cast === 'text') return `left(${value}, ${longestKept})`;
  return cast === 'numeric' ? `(select case when abs(n.x) < 1e100 then n.x end from (select ${value} as x offset 0) n)` : value;
}

/** The figure of a record from where it is kept. */
export function lookUp(definition: FieldDefinition, alias: string): string {
  const { table, shown } = placeOf(definition);
  const k = `${alias}k`;
  const row = `(select ${k}.value from ${table} ${k} where ${k}.tenant_id = ${alias}.tenant_id and ${k}.field_id = '${definition.id}'::uuid and ${k}.record_id = ${alias}.id)`;
  return shown(row);
}

const sourcesOf = ({ stored }: Field) => (stored?.in === 'formula' ? (stored.sources?.() ?? []) : []);

/** What the resources of a company have to do with its kept figures, by their names; nothing of those that have nothing to do with any. */
export function figuresOf(resources: Iterable<Resource>): ReadonlyMap<string, Figures> {
  const all = [...resources].flatMap((resource) => keptOf(resource).map((figure) => ({ resource, figure })));
  const kept = Map.groupBy(all, ({ resource }) => resource.name);
  const watches = all.flatMap(({ resource, figure }) =>
    figure.isOwn ? [] : sourcesOf(resource.fields[figure.name] as Field).map(watchOf),
  );
  const watched = Map.groupBy(watches, ({ resource }) => resource);
  return new Map(
    [...new Set([...kept.keys(), ...watched.keys()])].map((name) => [
      name,
      { kept: (kept.get(name) ?? []).map(({ figure }) => figure), watched: together(watched.get(name) ?? []) },
    ]),
  );
}

function keptOf(resource: Resource): KeptFigure[] {
  return Object.entries(resource.fields).flatMap(([name, { stored }]) => {
    if (stored?.in !== 'formula' || !stored.kept) return [];
    const sources = stored.sources?.() ?? [];
    const inputs = sources.filter(({ path }) => path.length === 0).map(({ field }) => field);
    return [{ name, kept: stored.kept, isOwn: isOwnFigure(sources), inputs: [...new Set(inputs)] }];
  });
}

type Watched = Watch & { readonly resource: string };

/** Whoever refers to a record finds it by that; whom a record refers to, it has to tell. */
function watchOf({ resource, field, path }: Source): Watched {
  const last = path.at(-1);
  return { resource, by: last?.kind === 'down' ? last.ref : null, names: [field], onCreate: last?.kind !== 'up' };
}

const together = (watches: readonly Watched[]): Watch[] =>
  [...Map.groupBy(watches, ({ by }) => by)].map(([by, some]) => ({
    by,
    names: [...new Set(some.flatMap(({ names }) => names))],
    onCreate: some.some(({ onCreate }) => onCreate),
  }));
