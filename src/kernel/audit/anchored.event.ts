import { integer, text } from '../resource/fields.js';
import { defineEvent } from '../usecase/define-event.js';

export const auditAnchored = defineEvent(
  'audit.anchored',
  'The chain of the audit was found good and its last link written down. Keep it elsewhere: it proves all before it.',
  {
    seq: integer({ required: true, description: 'The link.' }),
    hash: text(64, { required: true, description: 'Its hash, in hexadecimal.' }),
  },
);
