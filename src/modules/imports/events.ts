import { defineEvent } from '#kernel/usecase/define-event.js';
import { integer, ref, text } from '#kernel/resource/fields.js';

/**
 * Rows that an import creates do not tell of themselves: history must not start campaigns, and thousands of
 * single events would only slow everybody down. Who keeps a picture of all rows (analytics, search) hears this
 * instead and refreshes it as a whole.
 */
export const ImportFinished = defineEvent(
  'imports.import_finished',
  'An import has gone through all of its files. Rows it created told of themselves by this event only.',
  {
    importId: ref('import', { required: true }),
    mapping: text(80, { required: true }),
    created: integer({ required: true }),
    updated: integer({ required: true }),
    rejected: integer({ required: true }),
  },
);

export const ImportReverted = defineEvent(
  'imports.import_reverted',
  'An import was taken back, as far as nobody had changed its records since.',
  {
    importId: ref('import', { required: true }),
    reverted: integer({ required: true }),
    kept: integer({ required: true }),
  },
);
