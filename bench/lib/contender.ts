import { join } from 'node:path';
import type { Shot } from './load.ts';

/** Another product on the same data. The first shot of each case asks for the same as the bare server's first. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  readonly shots: Readonly<Record<'L1' | 'L2' | 'create', Shot[]>>;
}

export const contendersFolder = join(import.meta.dirname, '..', 'contenders');
