import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, ref, text } from '#kernel/resource/fields.js';

export const GraphqlClient = defineResource('graphql_client', {
  description: 'A front end or integration that speaks GraphQL, and which documents it may send.',
  table: 'identity.graphql_clients',
  scope: everyone,
  fields: {
    name: text(60, {
      required: true,
      search: true,
      unique: true,
      description:
        'What its requests say in the header `graphql-client-name`. `default` stands for those that name no client that is known.',
    }),
    documents: choice(['any', 'listed'], {
      required: true,
      default: 'any',
      description: '`listed`: only documents that were uploaded for it are answered.',
    }),
    apiKeyId: ref('api_key', {
      unique: true,
      inverse: 'graphqlClients',
      onDelete: 'set_null',
      description: 'The key it comes with. Requests with this key are of this client, whatever they say.',
    }),
  },
});
export type GraphqlClient = Row<typeof GraphqlClient>;
