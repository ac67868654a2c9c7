import { conflict } from '#kernel/errors/domain-error.js';
import { ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Suppression } from './suppression.resource.js';

export const liftSuppression = defineCommand({
  name: 'suppression.lift',
  summary: 'Allow an address again.',
  description: 'The reason is kept in the audit log. Who complained can only be asked by himself to be written to again.',
  input: { suppressionId: ref('suppression', { required: true }), reason: text(500, { required: true }) },
  output: { suppressionId: ref('suppression', { required: true }) },
  errors: { 'suppression.lift_forbidden': 'A complaint is lifted by the person alone.' },
  async run({ suppressionId, reason }, work) {
    const suppression = await work.repo(Suppression).lock(suppressionId);
    if (suppression.reason === 'complaint') throw conflict('suppression.lift_forbidden', 'A complaint is lifted by the person alone.');
    await work.repo(Suppression).update(suppressionId, { note: reason });
    await work.repo(Suppression).delete(suppressionId);
    return { suppressionId };
  },
});
