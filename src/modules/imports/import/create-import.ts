import { json, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineCommand, type Command } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { continueImport } from '../jobs/continue-import.job.js';
import { keepFile } from '../store/files.js';
import { Upload } from '../store/upload.js';
import { ImportRun } from './import-run.resource.js';
import { checkSizes } from './start-import.js';
import { speaksFor } from './speaks-for.js';

const file = object(
  {
    name: text(200, { required: true, description: 'Its name, with its ending: `accounts.csv`.' }),
    content: text(20_000_000, { required: true, description: 'The text of the file.' }),
  },
  { name: 'ImportFileText', required: true },
);
const common = {
  name: 'import.create',
  summary: 'Bring files for an import that is mapped, tried and started by steps.',
  output: { importId: ref('import', { required: true }) },
  errors: {
    'import.file_twice': 'A file was sent twice.',
    'import.too_large': 'A file, or all of them together, are larger than an import may be.',
  },
} as const;

export const createImport = defineCommand({
  ...common,
  description:
    'The files are looked through in the background; then the import is `analysed` and has its tables. `POST /v1/imports/upload` takes the same as a form with files, workbooks too.',
  rest: { path: '/imports/create', status: 202 },
  input: { files: list(file, { required: true, max: 20, description: 'CSV, JSON lines or SQL inserts, as texts.' }) },

  run({ files }, work) {
    return begin(
      work,
      files.map(({ name, content }) => Upload.of(name, Buffer.from(content))),
    );
  },
});

const uploads = defineCommand({
  ...common,
  input: { files: json<readonly Upload[], { required: true }>({ required: true }) },

  run({ files }, work) {
    return begin(work, files);
  },
});

/** The same verb for `POST /v1/imports/upload`, whose controller has checked the parts. */
export const createFromUploads: Command<typeof uploads.input, typeof uploads.output> = {
  ...uploads,
  parse: (input) => input as { files: readonly Upload[] },
};

/** What an import is called that has no mapping yet. */
const unmapped = 'unmapped';

async function begin(work: Work, files: readonly Upload[]): Promise<{ importId: string }> {
  const { importId } = await beginImport(work, files);
  await work.schedule(continueImport, { key: importId, payload: { importId } });
  return { importId };
}

/** Takes the files in; nobody works on them yet. */
export async function beginImport(work: Work, files: readonly Upload[]): Promise<{ importId: string }> {
  checkSizes(files);
  const { id } = await work.system.repo(ImportRun).create({
    mapping: unmapped,
    state: 'uploaded',
    bySteps: true,
    files: files.map(({ name, size, sha256 }) => ({ name, bytes: size, sha256 })),
    startedById: work.actor.userId,
    speaksFor: speaksFor(work.actor),
    startedAt: work.now,
  });
  for (const upload of files) await keepFile(work, id, upload);
  return { importId: id };
}
