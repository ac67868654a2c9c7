import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, OperatorError } from './postgres/failure.js';

/** Makes a folder and those above it. Node's own recursive mkdir never returns where the kernel refuses new folders with ENOENT, as in /proc. */
export function ensureFolder(path: string): void {
  if (existsSync(path)) return;
  ensureFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') throw new OperatorError(`No folder can be made at ${path}: set KONTOR_HOME to a place that can hold files.`);
    if (code !== 'EEXIST') throw error;
  }
}
