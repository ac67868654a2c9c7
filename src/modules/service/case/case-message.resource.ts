import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { boolean, choice, instant, longText, ref, text } from '#kernel/resource/fields.js';

export const CaseMessage = defineResource('case_message', {
  description: 'One thing said on a case: an answer to the customer, an internal note, or what the customer wrote.',
  table: 'service.case_messages',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    caseId: ref('case', { required: true, writer: 'system', inverse: 'messages', onDelete: 'cascade' }),
    ownerId: ref('user', {
      writer: 'system',
      of: ['case.ownerId'],
      description: 'The owner of the case: who may not see the case does not see what was said.',
    }),
    direction: choice(['outbound', 'inbound', 'note'], { required: true, writer: 'system' }),
    audience: choice(['customer', 'internal'], {
      required: true,
      writer: 'system',
      description: 'Who may ever read it. A note is always internal.',
    }),
    authorId: ref('user', { writer: 'system' }),
    contactId: ref('contact', { writer: 'system', onDelete: 'set_null', description: 'Who wrote an inbound message.' }),
    body: longText({ personal: true, required: true, writer: 'system' }),
    holding: boolean({
      required: true,
      default: false,
      writer: 'system',
      description: 'Polite, but no answer: does not stop the first-response clock.',
    }),
    automatic: boolean({
      required: true,
      default: false,
      writer: 'system',
      description: 'Written by a machine: stops no clock and moves no state.',
    }),
    sentAt: instant({ required: true, writer: 'system', description: 'When it was said, which may be before it was recorded.' }),
    externalId: text(300, {
      unique: true,
      writer: 'system',
      description: 'Name of an inbound message at its source; the same one is taken once.',
    }),
  },
  invariants: [
    {
      code: 'case_message.note_to_customer',
      message: 'A note is internal.',
      holds: ({ direction, audience }) => direction !== 'note' || audience === 'internal',
    },
  ],
});
export type CaseMessage = Row<typeof CaseMessage>;
