import { integer, text } from '#kernel/resource/fields.js';
import { defineEvent } from '#kernel/usecase/define-event.js';

const payload = {
  fileId: text(36, { required: true }),
  resource: text(80, { required: true }),
  recordId: text(36, { required: true }),
  bytes: integer({ required: true }),
};

export const FileAttached = defineEvent('files.file_attached', 'A file was attached to a record.', payload);
export const FileRemoved = defineEvent('files.file_removed', 'A file was taken off a record.', payload);
