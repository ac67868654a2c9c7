import { DomainError, invalid } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Mapping } from '../domain/mapping.js';
import { ImportRun, type ImportFile } from './import-run.resource.js';
import { mappingNamed } from '../mappings/all-mappings.js';
import { limits } from '../read/limits.js';
import { keepFile } from '../store/files.js';
import type { Upload } from '../store/upload.js';
import { mayWrite } from './check-definition.js';
import { refuseFields } from './refuse-fields.js';
import { speaksFor } from './speaks-for.js';

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
    files: wanted.map(({ name, size, sha256 }): ImportFile => ({ name, bytes: size, sha256 })),
    startedById: work.actor.userId,
    speaksFor: speaksFor(work.actor),
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

/** Names of the files a mapping reads: several tables may lie in one of them. */
export const fileNames = (mapping: Mapping): string[] => [
  ...new Set(Object.values(mapping.files).map(({ name }) => name.split('#')[0] ?? name)),
];

/** The files the mapping knows, in its order. */
function checkFiles(mapping: Mapping, files: readonly Upload[]): Upload[] {
  const names = fileNames(mapping);
  const stranger = files.find((file) => !names.includes(file.name));
  if (stranger)
    throw invalid(
      'import.file_unknown',
      `The mapping ${mapping.name} knows no file "${stranger.name.slice(0, 100)}". It reads ${names.join(', ')}.`,
    );
  checkSizes(files);
  const missing = names.find((name) => !files.some((one) => one.name === name));
  if (missing !== undefined)
    throw invalid('import.file_missing', `The file ${missing} is missing. The mapping ${mapping.name} reads ${names.join(', ')}.`);
  return names.flatMap((name) => files.find((one) => one.name === name) ?? []);
}

/** No file too large, and none twice. */
export function checkSizes(files: readonly Upload[]): void {
  const large = files.find((file) => file.size > limits.fileBytes);
  if (large || files.reduce((sum, file) => sum + file.size, 0) > limits.totalBytes) throw tooLarge(large?.name);
  const twice = files.find((file, i) => files.findIndex(({ name }) => name === file.name) !== i);
  if (twice) throw invalid('import.file_twice', `The file ${twice.name.slice(0, 100)} is there twice.`);
}

export const tooLarge = (name?: string): DomainError =>
  new DomainError(
    'too_large',
    'import.too_large',
    `${name?.slice(0, 100) ?? 'The import'} is too large: a file may have ${limits.fileBytes / 2 ** 20} MB, all together ${limits.totalBytes / 2 ** 20} MB.`,
  );
