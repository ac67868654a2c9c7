import { GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString, type GraphQLFieldConfig } from 'graphql';
import { byKey } from './scalars.js';

export const externalRefType = new GraphQLObjectType({
  name: 'ExternalRef',
  description: 'What another system calls a record.',
  fields: {
    system: { type: new GraphQLNonNull(GraphQLString), description: 'The other system: `erp`, `shop`.', resolve: byKey },
    externalId: { type: new GraphQLNonNull(GraphQLString), description: 'What that system calls the record.', resolve: byKey },
  },
});

export const externalRefsField: GraphQLFieldConfig<unknown, unknown> = {
  type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(externalRefType))),
  description: 'What other systems call it, one name a system.',
  resolve: byKey,
};
