import { createHash } from 'node:crypto';
import { invalid } from '#kernel/errors/domain-error.js';
import { boolean, integer, list, longText, object, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { GraphqlClient } from './graphql-client.resource.js';
import { TrustedDocument } from './trusted-document.resource.js';

export const uploadDocuments = defineCommand({
  name: 'graphql_client.upload',
  summary: 'Add documents to the list of a GraphQL client.',
  description:
    'The list a build of the front end wrote, such as the `persisted-documents.json` of graphql-codegen. Documents that are listed already stay as they are.',
  graphql: 'uploadGraphqlDocuments',
  rest: { path: '/graphql-clients/{graphqlClientId}/documents' },
  input: {
    graphqlClientId: ref('graphql_client', { required: true }),
    documents: list(
      object(
        {
          text: longText({ required: true, description: 'The document, exactly as it was hashed.' }),
          hash: text(64, { description: 'What the client will call it: SHA-256 in hexadecimal. Checked when given.' }),
        },
        { name: 'TrustedDocumentUpload' },
      ),
      { required: true, max: 1000, description: 'Up to 1,000 at a time.' },
    ),
    replace: boolean({ description: 'Take what is not in this upload off the list.' }),
  },
  output: {
    added: integer({ required: true, description: 'Documents that are new.' }),
    removed: integer({ required: true, description: 'Documents that were taken off.' }),
    listed: integer({ required: true, description: 'Documents on the list now.' }),
  },
  errors: { 'trusted_document.hash_mismatch': 'A hash is not the SHA-256 of its text.' },

  async run({ graphqlClientId, documents, replace }, work) {
    // One upload at a time: two of them must not both add what neither has seen.
    await work.repo(GraphqlClient).lock(graphqlClientId);
    const wanted = new Map(documents.map(({ text: document, hash }) => [checked(document, hash ?? null), document]));
    const listed = await work.system.repo(TrustedDocument).list({ graphqlClientId });
    const known = new Set(listed.map(({ hash }) => hash));
    const fresh = [...wanted].filter(([hash]) => !known.has(hash));
    await work.system.repo(TrustedDocument).createMany(fresh.map(([hash, document]) => ({ graphqlClientId, hash, text: document })));
    const stale = replace === true ? listed.filter(({ hash }) => !wanted.has(hash)) : [];
    for (const { id } of stale) await work.system.repo(TrustedDocument).delete(id);
    return { added: fresh.length, removed: stale.length, listed: listed.length + fresh.length - stale.length };
  },
});

function checked(document: string, claimed: string | null): string {
  const hash = createHash('sha256').update(document).digest('hex');
  if (claimed === null || claimed.toLowerCase() === hash) return hash;
  throw invalid(
    'trusted_document.hash_mismatch',
    `The document called ${claimed} has the SHA-256 ${hash}. Upload the text as it was hashed.`,
    {
      hash,
    },
  );
}
