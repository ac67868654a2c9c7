import { conflict } from '../errors/domain-error.js';
import { choice, ref } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { endedAt, isOver, Operation } from './operation.resource.js';

export const cancelOperation = defineCommand({
  name: 'operation.cancel',
  summary: 'Stop an operation after the items it is writing just now.',
  description: 'What has been done stays done; the results tell what that is.',
  input: { operationId: ref('operation', { required: true }) },
  output: { operationId: ref('operation', { required: true }), state: choice(['cancelled'], { required: true }) },
  errors: { 'operation.over': 'The operation is over already.' },

  async run({ operationId }, work) {
    const operation = await work.repo(Operation).lock(operationId);
    if (isOver(operation)) throw conflict('operation.over', 'The operation is over already.', { state: operation.state });
    await work.repo(Operation).update(operationId, { state: 'cancelled', ...endedAt(work.now) });
    return { operationId, state: 'cancelled' as const };
  },
});
