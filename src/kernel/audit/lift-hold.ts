import { conflict } from '../errors/domain-error.js';
import { ref, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { LegalHold } from './legal-hold.resource.js';

export const liftHold = defineCommand({
  name: 'legal_hold.lift',
  summary: 'End a hold: what it kept goes when its time is over.',
  input: { legalHoldId: ref('legal_hold', { required: true }), reason: text(500, { required: true, description: 'Why.' }) },
  output: { legalHoldId: ref('legal_hold', { required: true }) },
  errors: { 'legal_hold.over': 'The hold was lifted already.' },

  async run({ legalHoldId, reason }, work) {
    const hold = await work.repo(LegalHold).lock(legalHoldId);
    if (hold.liftedAt) throw conflict('legal_hold.over', 'The hold was lifted already.');
    await work.system.repo(LegalHold).update(legalHoldId, { liftedAt: work.now, liftReason: reason });
    return { legalHoldId };
  },
});
