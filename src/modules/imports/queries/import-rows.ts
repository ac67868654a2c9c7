import { choice, integer, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { fateOf, fates, type Fate } from '../domain/fates.js';
import type { Mapping } from '../domain/mapping.js';
import { ImportRun } from '../import/import-run.resource.js';
import { knownMappingOf } from '../import/mapping-of.js';
import { fileOf } from '../run/write-chunk.js';
import { chunksFrom, type NotedChunk } from '../store/chunks.js';

const mostRows = 1000;
const row = object(
  {
    step: text(80, { required: true }),
    file: text(300, { required: true }),
    line: integer({ required: true, description: 'Line of the file; 0 for rows the mapping brings.' }),
    fate: choice(fates, { required: true }),
    recordId: text(36, { description: 'The record it became or found.' }),
  },
  { name: 'ImportRowFate', required: true },
);

export const importRows = defineQuery({
  name: 'import.rows',
  summary: 'What became of each row of an import, or would by its dry run.',
  description: 'In the order of steps and lines. Why a row was rejected is among the issues of its line.',
  graphql: 'importRows',
  rest: { method: 'GET', path: '/imports/{importId}/rows' },
  input: {
    importId: ref('import', { required: true }),
    of: choice(['run', 'dry_run'], { default: 'run', description: 'Of the import itself, or of its last dry run.' }),
    fate: choice(fates, { description: 'Only rows of this fate.' }),
    after: text(40, { description: 'The `next` of the page before.' }),
    limit: integer({ min: 1, max: mostRows, default: 200 }),
  },
  output: { rows: list(row, { required: true, max: mostRows }), next: text(40, { description: 'Where to go on; empty at the end.' }) },

  async run({ importId, of, fate, after, limit }, work) {
    const mapping = knownMappingOf(work, await work.repo(ImportRun).get(importId));
    const asked = { mapping, fate: fate ?? null, most: limit ?? 200 };
    const phase = of === 'dry_run' ? 'dry' : 'run';
    return page((at) => chunksFrom(work, { importId, phase }, { ...at, limit: 5 }), placeOf(after), asked);
  },
});

interface Asked {
  readonly mapping: Mapping | null;
  readonly fate: Fate | null;
  readonly most: number;
}

async function page(
  load: (at: Place) => Promise<NotedChunk[]>,
  from: Place,
  { mapping, fate, most }: Asked,
): Promise<{ rows: InstanceRow[]; next: string | null }> {
  const rows: InstanceRow[] = [];
  let at = from;
  for (let chunks = await load(at); chunks.length > 0; chunks = await load(at)) {
    for (const chunk of chunks) {
      const end = take(chunk, { names: namesOf(mapping, chunk), fate, at, rows, most });
      if (end) return { rows, next: `${end.step}:${end.record}` };
      at = { step: chunk.step, record: Number(chunk.first) + chunk.fates.length };
    }
  }
  return { rows, next: null };
}

function namesOf(mapping: Mapping | null, chunk: NotedChunk): Taking['names'] {
  const step = mapping?.steps[chunk.step];
  return mapping && step ? { step: step.name, file: fileOf(mapping, step) } : { step: String(chunk.step), file: '' };
}

interface InstanceRow {
  readonly step: string;
  readonly file: string;
  readonly line: number;
  readonly fate: Fate;
  readonly recordId: string | null;
}
interface Place {
  readonly step: number;
  readonly record: number;
}

function placeOf(after: string | null | undefined): Place {
  const [, step = '0', record = '0'] = /^(\d{1,5}):(\d{1,9})$/.exec(after ?? '') ?? [];
  return { step: Number(step), record: Number(record) };
}

interface Taking {
  readonly names: { readonly step: string; readonly file: string };
  readonly fate: Fate | null;
  readonly at: Place;
  readonly rows: InstanceRow[];
  readonly most: number;
}

/** Takes rows of a chunk until the page is full; then it returns where the next page begins. */
function take(chunk: NotedChunk, { names, fate, at, rows, most }: Taking): Place | null {
  const first = Number(chunk.first);
  const skipped = chunk.step === at.step ? Math.max(0, at.record - first) : 0;
  for (let i = skipped; i < chunk.fates.length; i += 1) {
    if (rows.length === most) return { step: chunk.step, record: first + i };
    const found = fateOf(chunk.fates[i] ?? '');
    if (fate === null || fate === found) rows.push({ ...names, line: chunk.lines[i] ?? 0, fate: found, recordId: chunk.ids[i] ?? null });
  }
  return null;
}
