import type { StoredColumn, StoredLookup, StoredStep } from '../../domain/stored/stored-mapping.js';

/* Words the templates share. */

/** The id of the other system, kept as `system:kind:id`, so that the record is found again and by others. */
export const idOf = (system: string, resource: string, column: string): StoredColumn => ({
  from: `{${column}}`,
  to: 'externalRef',
  transform: [`prepend:${system}:${resource}:`],
});

export const linkTo = (
  system: string,
  resource: string,
  { column, to }: { readonly column: string; readonly to: string },
): StoredColumn => ({
  from: `{${column}}`,
  to,
  transform: [`prepend:${system}:${resource}:`],
  lookup: { resource, by: { externalRef: `{${column}}` } },
});

/** Columns that are fields as they are. */
export const plain = (fields: Readonly<Record<string, string | readonly string[]>>): StoredColumn[] =>
  Object.entries(fields).map(([to, from]) => ({ from: typeof from === 'string' ? `{${from}}` : from.map((one) => `{${one}}`), to }));

/** Columns that are parts of the address. */
export const addressOf = (parts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(parts).map(([part, column]) => [`address.${part}`, column]));

/** Values that people mistype: a bad one empties the field, is listed, and costs no record. */
export const careful = (fields: Readonly<Record<string, string | readonly string[]>>): StoredColumn[] =>
  plain(fields).map((column) => ({ ...column, onError: 'empty' }));

export const amountIn = (currency: string, column: string, to: string): StoredColumn => ({
  from: `{${column}}`,
  to,
  transform: ['remove:$', 'decimal', `money:${currency}`],
  onError: 'empty',
});

/** Colleagues are found by their address; who is not here leaves it to whoever imports. */
export const ownerByEmail = (column: string): StoredColumn => ({
  from: `{${column}}`,
  to: 'ownerId',
  transform: ['lower'],
  lookup: { resource: 'user', by: { email: `{${column}}` } },
});

export const salutations = {
  'Mr.': 'mr',
  Mr: 'mr',
  Herr: 'mr',
  'Ms.': 'ms',
  Ms: 'ms',
  'Mrs.': 'ms',
  Mrs: 'ms',
  Miss: 'ms',
  Frau: 'ms',
  'Mx.': 'mx',
};

export interface StageRow {
  readonly name: string;
  readonly kind: 'open' | 'won' | 'lost';
  readonly probability: number;
}

/** A way of selling with its stages, as the other system comes with it. */
export function pipelineSteps(name: string, stages: readonly StageRow[]): StoredStep[] {
  return [
    { name: 'pipeline', resource: 'pipeline', rows: [{ name }], match: ['name'], columns: [{ from: '{name}', to: 'name' }] },
    {
      name: 'stages',
      resource: 'stage',
      rows: stages.map((stage, i) => ({
        name: stage.name,
        kind: stage.kind,
        probability: String(stage.probability),
        position: String(i + 1),
      })),
      match: ['pipelineId', 'name'],
      columns: [
        { from: '{name}', to: 'pipelineId', lookup: pipelineNamed(name) },
        ...plain({ name: 'name', kind: 'kind' }),
        { from: '{position}', to: 'position', transform: ['integer'] },
        { from: '{probability}', to: 'probability', transform: ['integer'] },
      ],
    },
  ];
}

const pipelineNamed = (name: string): StoredLookup => ({ resource: 'pipeline', by: { name } });

export interface DealWords {
  readonly pipeline: string;
  /** Column that names the stage. */
  readonly stage: string;
  readonly stages: readonly StageRow[];
  /** Stages by what stands in that column, where it is not their names. */
  readonly names?: Readonly<Record<string, string>>;
  /** Columns that say when it is, or was, decided, best first. */
  readonly close: string | readonly string[];
  /** Columns that tell when it came to where it is, best first. */
  readonly since: readonly string[];
}

/** The course of a deal: what commands write here comes from the stage it was in over there. */
export function dealCourse({ pipeline, stage, stages, names, close, since }: DealWords): StoredColumn[] {
  const named = names ?? Object.fromEntries(stages.map(({ name }) => [name, name]));
  const rows = Object.entries(named).flatMap(([said, name]) =>
    stages.filter((row) => row.name === name).map((row) => [said, row] as const),
  );
  const by = <T>(value: (row: StageRow) => T) => Object.fromEntries(rows.map(([said, row]) => [said, value(row)]));
  const closed = rows.filter(([, { kind }]) => kind !== 'open').map(([said]) => said);
  const from = `{${stage}}`;
  const closes = (typeof close === 'string' ? [close] : close).map((one) => `{${one}}`);
  const changes = since.map((one) => `{${one}}`);
  return [
    { from, to: 'pipelineId', lookup: pipelineNamed(pipeline) },
    {
      from,
      to: 'stageId',
      ...(names ? { valueMap: names } : {}),
      lookup: { resource: 'stage', by: { name: from, pipelineId: pipelineNamed(pipeline) } },
    },
    { from, to: 'status', valueMap: by(({ kind }) => kind) },
    { from, to: 'probability', valueMap: by(({ probability }) => probability) },
    { from, to: 'lostReason', valueMap: by(({ kind }) => (kind === 'lost' ? 'Not recorded in the source.' : null)) },
    { from: closes, to: 'closeOn', transform: ['date'], onError: 'empty' },
    { from: [...closes, ...changes], to: 'closedAt', transform: ['instant'], onlyIf: { column: stage, is: closed } },
    { from: [...changes, ...closes], to: 'stageEnteredAt', transform: ['instant'] },
  ];
}
