import { invalid } from '#kernel/errors/domain-error.js';
import { ref, text } from '#kernel/resource/fields.js';
import { defineCommand, type Command } from '#kernel/usecase/define-command.js';
import { Upload } from '../store/files.js';
import { continueImport } from '../jobs/continue-import.job.js';
import { startImport, type StartInput } from './start-import.js';

/**
 * `POST /v1/imports`. It takes files, which the vocabulary of fields has no word for: its controller speaks for it in REST,
 * and the manifest does not list it. Rights and idempotency are the runner's, as everywhere.
 */
const command = defineCommand({
  name: 'import.run',
  summary: 'Import files of another system.',
  input: { mapping: text(80, { required: true, description: 'What the files mean, e.g. `crm-opportunities`.' }) },
  output: { importId: ref('import', { required: true }) },
  errors: {
    'import.mapping_unknown': 'There is no mapping of that name.',
    'import.file_unknown': 'A file was sent that the mapping does not read.',
    'import.file_missing': 'A file the mapping reads was not sent.',
    'import.file_twice': 'A file was sent twice.',
    'import.too_large': 'A file, or all of them together, are larger than an import may be.',
  },

  async run(input, work) {
    const run = await startImport(work, toStart(input));
    await work.schedule(continueImport, { key: run.id, payload: { importId: run.id } });
    return { importId: run.id };
  },
});

export const takeImport: Command<typeof command.input, typeof command.output> = { ...command, parse: toStart };

/** What the controller hands over. */
function toStart(input: unknown): StartInput {
  const { mapping, files } = (input ?? {}) as Partial<Record<keyof StartInput, unknown>>;
  if (typeof mapping !== 'string' || mapping === '') throw invalid('input.invalid', 'The part "mapping" is missing: name the mapping that says what the files mean.');
  if (!Array.isArray(files) || !files.every((file) => file instanceof Upload)) throw invalid('input.invalid', 'The files are missing: send each as a part of its own.');
  return { mapping, files };
}
