import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OperatorError } from '#app/postgres/failure.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { checkShape } from '#modules/imports/domain/stored/check-shape.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { fileNames } from '#modules/imports/import/start-import.js';
import { mappingNamed } from '#modules/imports/mappings/all-mappings.js';
import { templateNamed } from '#modules/imports/mappings/templates.js';
import { limits } from '#modules/imports/read/limits.js';
import { Upload } from '#modules/imports/store/upload.js';

/** What to import, and what it means. */
export interface Chosen {
  readonly name: string;
  /** Null: a mapping that is part of the product knows the name. */
  readonly definition: StoredMapping | null;
  readonly files: readonly Upload[];
}

interface Asked {
  readonly mapping?: string;
  readonly definition?: string;
}

/** All files the mapping reads, before anything else is done. */
export async function chooseFiles(folder: string, { mapping, definition }: Asked): Promise<Chosen> {
  if ((mapping === undefined) === (definition === undefined))
    throw new OperatorError('Say what the files mean: --mapping <name>, or --definition <file>.');
  const own = definition === undefined ? templateNamed(mapping ?? '') : readDefinition(resolve(definition));
  const name = mapping ?? 'own';
  if (own) return { name, definition: own, files: await filesOf(folder, own) };
  try {
    const names = fileNames(mappingNamed(name));
    return { name, definition: null, files: await Promise.all(names.map((file) => readFile(folder, file))) };
  } catch (error) {
    throw error instanceof DomainError ? new OperatorError(error.message) : error;
  }
}

function readDefinition(path: string): StoredMapping {
  if (!existsSync(path)) throw new OperatorError(`${path} does not exist: name a file that holds a mapping.`);
  const shape = checkShape(parse(path));
  if ('mapping' in shape) return shape.mapping;
  const [first] = shape.problems;
  throw new OperatorError(`${path} is no mapping: ${first?.path ?? '/'} ${first?.message ?? ''}.`);
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    throw new OperatorError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** The files of a mapping that lie in the folder; those it cannot do without have to. */
async function filesOf(folder: string, { files }: StoredMapping): Promise<Upload[]> {
  const specs = new Map(files.map(({ name, optional }) => [name.split('#')[0] ?? name, optional === true]));
  const there = [...specs].filter(([name, isOptional]) => !isOptional || existsSync(join(folder, name)));
  if (there.length === 0) throw new OperatorError(`${folder} holds none of the files this mapping reads: ${[...specs.keys()].join(', ')}.`);
  return Promise.all(there.map(([name]) => readFile(folder, name)));
}

function readFile(folder: string, name: string): Promise<Upload> {
  const path = join(folder, name);
  if (!existsSync(path)) throw new OperatorError(`${path} does not exist: name the folder that holds ${name}.`);
  if (statSync(path).size > limits.fileBytes) throw new OperatorError(`${path} is larger than ${limits.fileBytes / 2 ** 20} MB: split it.`);
  return Upload.fromDisk(path, name);
}
