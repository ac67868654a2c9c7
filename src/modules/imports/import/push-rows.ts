import { createHash } from 'node:crypto';
import { conflict, invalid } from '#kernel/errors/domain-error.js';
import { boolean, choice, integer, json, list, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { importStates } from '../domain/states.js';
import { continueImport } from '../jobs/continue-import.job.js';
import { limits } from '../read/limits.js';
import { keepPushed, pushedContent, pushedParts } from '../store/pushed.js';
import { ImportRun, type ImportFile } from './import-run.resource.js';
import { speaksFor } from './speaks-for.js';
import { tooLarge } from './start-import.js';

const mostRows = 1000;

export const pushRows = defineCommand({
  name: 'import.push',
  summary: 'Hand over rows for an import, chunk by chunk, instead of files.',
  description:
    'The first chunk begins the import and answers its id; the others name it. Chunks of a table are numbered from 0 and may come in any order, and again: the same one a second time changes nothing. The last call says `complete`; then the rows are looked through like a file `<table>.jsonl`, and the import is mapped, tried and started by the same verbs.',
  rest: { path: '/imports/push', status: 202 },
  input: {
    importId: ref('import', { description: 'The import begun by an earlier chunk; left out by the first.' }),
    table: text(80, { required: true, description: 'What the rows are of: `accounts`. Small and large letters, digits, dashes.' }),
    chunk: integer({ required: true, min: 0, max: 1_000_000, description: 'Number of the chunk in its table, from 0.' }),
    rows: list(json({ required: true }), {
      required: true,
      max: mostRows,
      description: 'Objects; what is nested becomes columns such as `address.city`. None are needed by a call that only says `complete`.',
    }),
    complete: boolean({ description: 'True: no more rows come, for whatever table.' }),
  },
  output: {
    importId: ref('import', { required: true }),
    state: choice(importStates, { required: true }),
    repeated: boolean({ required: true, description: 'Whether the chunk was there already.' }),
  },
  errors: {
    'import.not_now': 'The import is in a state in which this cannot be asked of it.',
    'import.chunk_differs': 'There is another chunk of this number already.',
    'import.chunk_missing': 'The import is not complete: a chunk before the last one of its table has not come.',
    'import.too_large': 'A file, or all of them together, are larger than an import may be.',
    'import.file_empty': 'No rows were handed over.',
  },

  async run({ importId, table, chunk, rows, complete }, work) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(table))
      throw invalid('input.invalid', 'The table is called by letters, digits, dashes and underscores.', {
        errors: [{ path: '/table', code: 'wrong_form', message: 'is no such name' }],
      });
    const run = importId ? await work.repo(ImportRun).lock(importId) : await begin(work);
    const pushed = { file: `${table}.jsonl`, chunk, content: lines(rows) };
    if (run.state !== 'receiving') return saidBefore(work, run, pushed, complete === true);
    const repeated = rows.length > 0 && (await take(work, run, pushed));
    if (complete === true) await close(work, run.id);
    return { importId: run.id, state: complete === true ? ('uploaded' as const) : ('receiving' as const), repeated };
  },
});

const lines = (rows: readonly unknown[]): Buffer => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

const begin = (work: Work): Promise<ImportRun> =>
  work.system.repo(ImportRun).create({
    mapping: 'unmapped',
    state: 'receiving',
    bySteps: true,
    files: [],
    startedById: work.actor.userId,
    speaksFor: speaksFor(work.actor),
    startedAt: work.now,
  });

interface Pushed {
  readonly file: string;
  readonly chunk: number;
  readonly content: Buffer;
}

/** Whoever did not hear the answer to his last call sends it again: what is there already is no mistake of his. */
async function saidBefore(work: Work, run: ImportRun, { file, chunk, content }: Pushed, complete: boolean) {
  const isEmpty = content.length === 0;
  const known = isEmpty ? null : await pushedContent(work, { importId: run.id, name: file, seq: chunk });
  const isThere = isEmpty ? complete && (run.files ?? []).some(({ name }) => name === file) : known?.equals(content) === true;
  if (isThere) return { importId: run.id, state: run.state, repeated: true };
  throw conflict('import.not_now', `The import is ${run.state.replaceAll('_', ' ')}: it takes no more rows.`, { state: run.state });
}

/** Whether it was there already. */
async function take(work: Work, run: ImportRun, { file, chunk, content }: Pushed): Promise<boolean> {
  const place = { importId: run.id, name: file, seq: chunk };
  const known = await pushedContent(work, place);
  if (known?.equals(content)) return true;
  if (known) throw conflict('import.chunk_differs', `There is another chunk ${chunk} of ${file} already.`, { chunk });
  const files = grown(run.files ?? [], file, content.length);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > limits.totalBytes || files.some(({ bytes }) => bytes > limits.fileBytes)) throw tooLarge(file);
  if (files.length > limits.tables) throw invalid('import.too_large', `There are more than ${limits.tables} tables.`);
  await keepPushed(work, place, content);
  await work.system.repo(ImportRun).update(run.id, { files });
  return false;
}

const grown = (files: readonly ImportFile[], name: string, bytes: number): ImportFile[] =>
  files.some((file) => file.name === name)
    ? files.map((file) => (file.name === name ? { ...file, bytes: file.bytes + bytes } : file))
    : [...files, { name, bytes, sha256: '' }];

/** From now on it is an import of files like any other. */
async function close(work: Work, importId: string): Promise<void> {
  const { files } = await work.repo(ImportRun).get(importId);
  if (!files || files.length === 0) throw invalid('import.file_empty', 'No rows were handed over.');
  const summed: ImportFile[] = [];
  for (const { name, bytes } of files) summed.push({ name, bytes, sha256: await sumOf(work, importId, name) });
  await work.system.repo(ImportRun).update(importId, { state: 'uploaded', files: summed });
  await work.schedule(continueImport, { key: importId, payload: { importId } });
}

async function sumOf(work: Work, importId: string, name: string): Promise<string> {
  const hash = createHash('sha256');
  let next = 0;
  for await (const { seq, content } of pushedParts(work, importId, name)) {
    if (seq !== next) throw conflict('import.chunk_missing', `Chunk ${next} of ${name} has not come.`, { table: name, chunk: next });
    hash.update(content);
    next += 1;
  }
  return hash.digest('hex');
}
