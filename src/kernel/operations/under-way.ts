import type { Work } from '../usecase/work.js';
import { Operation } from './operation.resource.js';

/** Operations that have not ended and write rows of these resources, in words. */
export async function operationUnderWay(work: Work, resources: readonly string[]): Promise<string | null> {
  const operation = await work.repo(Operation).first({ kind: 'bulk', target: [...resources], state: ['queued', 'running'] });
  return operation && `The operation ${operation.id} is writing into it.`;
}
