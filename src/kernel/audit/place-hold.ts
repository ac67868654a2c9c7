import { invalid } from '../errors/domain-error.js';
import { isUuid } from '../resource/ids.js';
import { ref, text } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { LegalHold } from './legal-hold.resource.js';

export const placeHold = defineCommand({
  name: 'legal_hold.place',
  summary: 'Keep the audit of a record, or all of it, until further notice.',
  input: {
    name: text(120, { required: true, description: 'What it is called: a file number.' }),
    record: text(36, { description: 'Id of the record it is about; everything when left out.' }),
    reason: text(500, { required: true, description: 'Why.' }),
  },
  output: { legalHoldId: ref('legal_hold', { required: true }) },

  async run({ name, record, reason }, work) {
    if (record && !isUuid(record)) throw invalid('input.invalid', '"record" is no id.');
    const hold = { name, recordId: record?.toLowerCase() ?? null, reason, placedAt: work.now };
    const { id } = await work.system.repo(LegalHold).create(hold);
    return { legalHoldId: id };
  },
});
