import { isDeepStrictEqual } from 'node:util';
import type { Work } from '#kernel/usecase/work.js';
import { keepFile } from '../store/files.js';
import type { Upload } from '../store/upload.js';
import { checkDefinition, mayCarryOut } from './check-definition.js';
import { ImportRun } from './import-run.resource.js';
import { checkSizes, findUnfinished } from './start-import.js';
import { speaksFor } from './speaks-for.js';

export interface DefinedInput {
  /** What the import is called by: a template, or `own`. */
  readonly name: string;
  readonly definition: unknown;
  readonly files: readonly Upload[];
  /** Who `@me` is: gets what has no owner of its own. */
  readonly startedById: string | null;
}

/**
 * Takes the files in with what they mean, without the steps between: for who has tried them before, or brings them to an empty company. The very
 * same files with the same meaning, whose import has not ended yet, are gone on with.
 */
export async function startDefined(work: Work, { name, definition, files, startedById }: DefinedInput): Promise<ImportRun> {
  const { stored, mapping, writesHistory } = checkDefinition(work, name, definition);
  mayCarryOut(work, mapping, writesHistory);
  checkSizes(files);
  const known = await findUnfinished(work, name, files);
  if (known && isDeepStrictEqual(known.definition, JSON.parse(JSON.stringify(stored)))) return known;
  const run = await work.system.repo(ImportRun).create({
    mapping: name,
    definition: stored,
    bySteps: true,
    files: files.map(({ name: file, size, sha256 }) => ({ name: file, bytes: size, sha256 })),
    startedById,
    speaksFor: speaksFor(work.actor),
    startedAt: work.now,
  });
  for (const file of files) await keepFile(work, run.id, file);
  return run;
}
