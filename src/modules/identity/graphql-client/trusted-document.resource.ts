import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { longText, ref, text } from '#kernel/resource/fields.js';

export const TrustedDocument = defineResource('trusted_document', {
  description: 'A GraphQL document that a client may send by its hash.',
  table: 'identity.trusted_documents',
  scope: everyone,
  operations: ['list', 'get', 'delete'],
  fields: {
    graphqlClientId: ref('graphql_client', { required: true, writer: 'system', inverse: 'trustedDocuments', onDelete: 'cascade' }),
    hash: text(64, { required: true, writer: 'system', description: 'SHA-256 of the text, in hexadecimal.' }),
    text: longText({ required: true, writer: 'system', description: 'The document.' }),
  },
  unique: [{ fields: ['graphqlClientId', 'hash'], code: 'listed_already' }],
});
export type TrustedDocument = Row<typeof TrustedDocument>;
