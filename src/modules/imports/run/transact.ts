import type { Work } from '#kernel/usecase/work.js';

/** Opens one transaction with the rights of the system. */
export type Transact = <T>(fn: (work: Work) => Promise<T>) => Promise<T>;
