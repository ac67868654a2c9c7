import { invalid } from '#kernel/errors/domain-error.js';
import { json, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineCommand, type Command } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { continueImport } from '../jobs/continue-import.job.js';
import { Upload } from '../store/upload.js';
import { startImport, type StartInput } from './start-import.js';

const mapping = text(80, { required: true, description: 'What the files mean, e.g. `crm-opportunities`.' });
const file = object(
  {
    name: text(200, { required: true, description: 'As the mapping calls it.' }),
    content: text(20_000_000, { required: true, description: 'The text of the file.' }),
  },
  { name: 'ImportText', required: true },
);
const common = {
  name: 'import.run',
  summary: 'Import files of another system.',
  output: { importId: ref('import', { required: true }) },
  errors: {
    'import.mapping_unknown': 'There is no mapping of that name.',
    'import.file_unknown': 'A file was sent that the mapping does not read.',
    'import.file_missing': 'A file the mapping reads was not sent.',
    'import.file_twice': 'A file was sent twice.',
    'import.too_large': 'A file, or all of them together, are larger than an import may be.',
  },
} as const;

export const takeImport = defineCommand({
  ...common,
  description: 'The import runs in the background; read it to see how far it is. `POST /v1/imports` takes the same as a form with files.',
  rest: { path: '/imports/run', status: 202 },
  input: { mapping, files: list(file, { required: true, max: 20, description: 'The files as texts.' }) },

  run({ mapping, files }, work) {
    return begin(work, { mapping, files: files.map(({ name, content }) => Upload.of(name, Buffer.from(content))) });
  },
});

const uploads = defineCommand({
  ...common,
  input: { mapping, files: json<readonly Upload[], { required: true }>({ required: true }) },

  run(input, work) {
    return begin(work, input);
  },
});

/** The same verb for `POST /v1/imports`, whose controller has the files as bytes: no field describes those, so they are checked here. */
export const takeUploads: Command<typeof uploads.input, typeof uploads.output> = { ...uploads, parse: checkParts };

async function begin(work: Work, input: StartInput): Promise<{ importId: string }> {
  const run = await startImport(work, input);
  await work.schedule(continueImport, { key: run.id, payload: { importId: run.id } });
  return { importId: run.id };
}

function checkParts(input: unknown): { mapping: string; files: readonly Upload[] } {
  const { mapping, files }: Partial<Record<keyof StartInput, unknown>> = typeof input === 'object' && input !== null ? input : {};
  if (typeof mapping !== 'string' || mapping === '')
    throw invalid('input.invalid', 'The part "mapping" is missing: name the mapping that says what the files mean.');
  if (!isUploads(files)) throw invalid('input.invalid', 'The files are missing: send each as a part of its own, with its file name.');
  return { mapping, files };
}

const isUploads = (files: unknown): files is Upload[] =>
  Array.isArray(files) && files.length > 0 && files.every((one) => one instanceof Upload);
