import { permissionMissing } from '#kernel/access/errors.js';
import { reachOf } from '#kernel/access/actor.js';
import { DomainError, invalid } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Mapping } from '../domain/mapping.js';
import { ImportRun, type ImportFile } from './import-run.resource.js';
import { refuseFields } from './refuse-fields.js';
import { mappingNamed } from '../mappings/all-mappings.js';
import { limits } from '../read/limits.js';
import { keepFile, type Upload } from '../store/files.js';

export interface StartInput {
  readonly mapping: string;
  readonly files: readonly Upload[];
}

/** Takes the files in and returns the import, which nothing works on yet. */
export async function startImport(work: Work, { mapping: name, files }: StartInput): Promise<ImportRun> {
  const mapping = mappingNamed(name);
  mayWrite(work, mapping);
  refuseFields(work, mapping);
  const wanted = checkFiles(mapping, files);
  const run = await work.system.repo(ImportRun).create({
    mapping: mapping.name,
    files: wanted.map(({ name, bytes, sha256 }): ImportFile => ({ name, bytes: bytes.length, sha256 })),
    startedById: work.actor.userId,
    startedAt: work.now,
  });
  for (const file of wanted) await keepFile(work, run.id, file);
  return run;
}

/** The import of the very same files that has not ended yet: it is gone on with rather than begun again. */
export async function findUnfinished(work: Work, mapping: string, files: readonly Upload[]): Promise<ImportRun | null> {
  const runs = await work.repo(ImportRun).list({ mapping, state: ['queued', 'running'] }, { orderBy: ['-startedAt'] });
  const sums = new Set(files.map((file) => file.sha256));
  return runs.find((run) => run.files?.length === files.length && run.files.every((file) => sums.has(file.sha256))) ?? null;
}

/** An import writes rows of anybody, so it takes the right to do just that by hand. */
function mayWrite(work: Work, mapping: Mapping): void {
  for (const resource of new Set(mapping.steps.map((step) => step.resource))) {
    for (const verb of ['create', 'update']) {
      if (reachOf(work.actor.permissions, `${resource}:${verb}`) !== 'all') throw permissionMissing(`${resource}:${verb}`);
    }
  }
}

/** The files the mapping knows, in its order. */
function checkFiles(mapping: Mapping, files: readonly Upload[]): Upload[] {
  const names = Object.values(mapping.files).map((file) => file.name);
  const stranger = files.find((file) => !names.includes(file.name));
  if (stranger)
    throw invalid(
      'import.file_unknown',
      `The mapping ${mapping.name} knows no file "${stranger.name.slice(0, 100)}". It reads ${names.join(', ')}.`,
    );
  const large = files.find((file) => file.bytes.length > limits.fileBytes);
  if (large || files.reduce((sum, file) => sum + file.bytes.length, 0) > limits.totalBytes) throw tooLarge(large?.name);
  return names.map((name) => {
    const [file, twice] = files.filter((one) => one.name === name);
    if (!file) throw invalid('import.file_missing', `The file ${name} is missing. The mapping ${mapping.name} reads ${names.join(', ')}.`);
    if (twice) throw invalid('import.file_twice', `The file ${name} is there twice.`);
    return file;
  });
}

export const tooLarge = (name?: string): DomainError =>
  new DomainError(
    'too_large',
    'import.too_large',
    `${name ?? 'The import'} is too large: a file may have ${limits.fileBytes / 2 ** 20} MB, all together ${limits.totalBytes / 2 ** 20} MB.`,
  );
