import {
  GraphQLBoolean,
  GraphQLID,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  type GraphQLResolveInfo,
  type GraphQLObjectType as ObjectType,
} from 'graphql';
import { constant } from '#kernel/read/values.js';
import { canUpsert, upsertCommand } from '#kernel/external-refs/upsert.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { deprecationReason } from '#kernel/resource/deprecation.js';
import type { Field, Fields } from '#kernel/resource/fields.js';
import { pascal } from '#kernel/resource/names.js';
import { createFields, inputFields } from '#kernel/resource/validate.js';
import { crudCommand, type CrudVerb } from '#kernel/usecase/crud.js';
import type { UseCase } from '#kernel/usecase/define-command.js';
import { targetOf } from '#kernel/usecase/runner.js';
import { projectRow } from '../row.js';
import { rowId, wireFields } from '../wire.js';
import { callIn, verbCost, readRoot, requirePrincipal, spend, type GraphqlContext, type GraphqlParts } from './context.js';
import { refuseForbidden } from './forbidden-fields.js';
import { collectedOf, contextOf } from './roots.js';
import { objectSelection, resourceFields } from './selection.js';
import { describe, type TypeBook } from './types.js';

type Args = Readonly<Record<string, unknown>>;
type FieldConfig = GraphQLFieldConfig<unknown, GraphqlContext, Args>;
type FieldMap = GraphQLFieldConfigMap<unknown, GraphqlContext>;

/** Who asks for a verb, in which operation, and under which idempotency key. */
interface Asked {
  readonly context: GraphqlContext;
  readonly info: GraphQLResolveInfo;
  readonly key: unknown;
  /** He only tries it: nothing of it stays. */
  readonly dry: unknown;
  /** The version he knows of the row a command is about. */
  readonly version?: unknown;
}

const keyArgument = {
  type: GraphQLString,
  description: 'Makes a repeat harmless: the same key with the same input answers the first result.',
};

const dryArgument = {
  type: GraphQLBoolean,
  defaultValue: false,
  description: 'Answers what would come of it, and leaves nothing behind. Of a row its own fields can be asked for.',
};
const howArguments = { idempotencyKey: keyArgument, dryRun: dryArgument };

export class MutationFields {
  constructor(
    private readonly parts: GraphqlParts,
    private readonly book: TypeBook,
    private readonly objectType: (resource: Resource) => ObjectType,
  ) {}

  /** create, update and delete of a resource, as far as it offers them. */
  crud(resource: Resource): FieldMap {
    const map: FieldMap = {};
    for (const verb of ['create', 'update', 'delete'] as const) {
      if (resource.operations.includes(verb)) map[`${verb}${resource.typeName}`] = this.crudField(resource, verb);
    }
    if (canUpsert(resource)) map[upsertCommand(resource).graphql] = this.upsertField(resource);
    return map;
  }

  private crudField(resource: Resource, verb: CrudVerb): FieldConfig {
    const command = crudCommand(resource, verb);
    if (verb === 'delete') return { ...this.deleteField(resource, command), deprecationReason: deprecationReason(resource.deprecated) };
    const body =
      verb === 'create'
        ? {
            input: {
              type: new GraphQLNonNull(
                this.book.inputShape({
                  typeName: `Create${resource.typeName}Input`,
                  description: `A new ${resource.name.replaceAll('_', ' ')}.`,
                  fields: createFields(resource),
                  mode: 'create',
                  owner: resource.typeName,
                }),
              ),
              description: 'The new row.',
            },
          }
        : {
            ...rowArguments(),
            patch: {
              type: new GraphQLNonNull(
                this.book.inputShape({
                  typeName: `Update${resource.typeName}Input`,
                  description: 'Fields to change; null empties one, absent leaves it.',
                  fields: inputFields(resource),
                  mode: 'patch',
                  owner: resource.typeName,
                }),
              ),
              description: 'What changes.',
            },
          };
    return {
      type: new GraphQLNonNull(this.objectType(resource)),
      description: command.description,
      deprecationReason: deprecationReason(resource.deprecated),
      args: { ...body, ...howArguments },
      resolve: async (_source, args, context, info) => {
        const { idempotencyKey: key, dryRun: dry, ...input } = args;
        const asked = { context, info, key, dry };
        const result = await this.run(command, verb === 'create' ? input['input'] : input, asked);
        return this.rowAnswer(resource, result as Args, asked);
      },
    };
  }

  private upsertField(resource: Resource): FieldConfig {
    const command = upsertCommand(resource);
    const patch = this.book.inputShape({
      typeName: `Update${resource.typeName}Input`,
      description: 'Fields to change; null empties one, absent leaves it.',
      fields: inputFields(resource),
      mode: 'patch',
      owner: resource.typeName,
    });
    return {
      type: new GraphQLNonNull(this.objectType(resource)),
      description: command.description,
      deprecationReason: deprecationReason(resource.deprecated),
      args: {
        system: { type: new GraphQLNonNull(GraphQLString), description: 'The other system, as you call it.' },
        externalId: { type: new GraphQLNonNull(GraphQLString), description: 'What that system calls the record.' },
        expectedVersion: rowArguments().expectedVersion,
        input: { type: new GraphQLNonNull(patch), description: 'The fields; those a new record needs, if it may be new.' },
        ...howArguments,
      },
      resolve: async (_source, args, context, info) => {
        const { idempotencyKey: key, dryRun: dry, input: data, ...target } = args;
        const asked = { context, info, key, dry };
        const row = await this.run(command, { ...target, data }, asked);
        return this.rowAnswer(resource, row as Args, asked);
      },
    };
  }

  /** The written row as the client selected it: from the row itself where that says it all, else read after the commit. */
  private rowAnswer(resource: Resource, row: Args, { context, info, dry }: Asked): unknown {
    const build = contextOf(this.parts.registry, info);
    const field = collectedOf(info);
    const selection = objectSelection(build, resource, resourceFields(build, resource, field));
    const own = projectRow(selection, row);
    if (own === null && dry === true)
      throw invalid('graphql.dry_run_reads', 'Of a row that is only tried its own fields can be asked for, not what is related to it.');
    return own ?? readRoot(this.parts, context, info, { kind: 'one', key: field.key, id: constant(rowId(resource, row)), selection });
  }

  private deleteField(resource: Resource, command: UseCase): FieldConfig {
    return {
      type: new GraphQLNonNull(deletePayload),
      description: command.description,
      args: { ...rowArguments(), ...howArguments },
      resolve: async (_source, args, context, info) => {
        const { idempotencyKey: key, dryRun: dry, ...input } = args;
        await this.run(command, input, { context, info, key, dry });
        return { id: args['id'], deleted: true };
      },
    };
  }

  /** A field for each command, or for each query. */
  useCases(useCases: Iterable<UseCase>): FieldMap {
    const list = [...useCases].filter((useCase) => useCase.access !== 'public');
    return Object.fromEntries(list.map((useCase) => [useCase.graphql, this.useCaseField(useCase)]));
  }

  private useCaseField(useCase: UseCase): FieldConfig {
    const typeName = pascal(useCase.graphql);
    const hasInput = Object.keys(useCase.input).length > 0;
    const isCommand = useCase.kind === 'command';
    const version = targetOf(this.parts.registry, useCase) ? { expectedVersion: rowArguments().expectedVersion } : {};
    const input = {
      input: {
        type: new GraphQLNonNull(
          this.book.inputShape({ typeName: `${typeName}Input`, description: `Input of ${useCase.graphql}.`, fields: useCase.input }),
        ),
        description: 'What the verb needs.',
      },
    };
    const payload = this.book.shape(
      `${typeName}${isCommand ? 'Payload' : 'Result'}`,
      `What ${useCase.graphql} answers.`,
      outputOf(useCase),
      () => this.refFields(useCase.output) as never,
    );
    const codes = Object.entries(useCase.errors).map(([code, meaning]) => `\`${code}\`: ${meaning}`);
    return {
      type: new GraphQLNonNull(payload),
      description: [
        useCase.summary,
        useCase.description === useCase.summary ? '' : useCase.description,
        codes.length > 0 ? `Errors: ${codes.join(' ')}` : '',
      ]
        .filter(Boolean)
        .join('\n\n'),
      deprecationReason: deprecationReason(useCase.deprecated),
      args: { ...(hasInput ? input : {}), ...(isCommand ? howArguments : {}), ...version },
      resolve: async (_source, args, context, info) => {
        const answer = await this.run(useCase, args['input'] ?? {}, {
          context,
          info,
          key: args['idempotencyKey'],
          dry: args['dryRun'],
          version: args['expectedVersion'],
        });
        return wireFields(outputOf(useCase), answer as Args);
      },
    };
  }

  /** `accountId` in an output also offers `account`, read after the commit with the caller's own rights. */
  private refFields(output: Fields): GraphQLFieldConfigMap<Args, GraphqlContext> {
    const map: GraphQLFieldConfigMap<Args, GraphqlContext> = {};
    for (const [name, field] of Object.entries(output) as [string, Field][]) {
      if (field.kind !== 'ref' || !name.endsWith('Id') || !this.parts.registry.resources.has(field.target ?? '')) continue;
      const target = this.parts.registry.resource(field.target ?? '');
      map[name.slice(0, -2)] = {
        type: this.objectType(target),
        description: describe(name, field).replace(/^Id of t/, 'T'),
        resolve: (source, _args, context, info) => {
          const build = contextOf(this.parts.registry, info);
          const collected = collectedOf(info);
          return readRoot(this.parts, context, info, {
            kind: 'one',
            key: collected.key,
            id: constant(source[name]),
            selection: objectSelection(build, target, resourceFields(build, target, collected)),
          });
        },
      };
    }
    return map;
  }

  private async run(useCase: UseCase, input: unknown, { context, info, ...how }: Asked): Promise<unknown> {
    const principal = await requirePrincipal(context);
    await spend(this.parts, context, verbCost);
    refuseForbidden(this.parts.registry, info, principal.actor);
    const { result } = await this.parts.runner.run(useCase, input, callIn(context, principal, how));
    return result;
  }
}

/** GraphQL objects need a field; verbs that answer nothing answer that they are done. */
const outputOf = (useCase: UseCase): Fields =>
  Object.keys(useCase.output).length > 0 ? useCase.output : { done: { kind: 'boolean', options: { description: 'Always true.' } } };

const rowArguments = () => ({
  id: { type: new GraphQLNonNull(GraphQLID), description: 'Which row.' },
  expectedVersion: { type: GraphQLInt, description: 'Refuses with `…version_conflict` when the row has moved on from this version.' },
});

const deletePayload = new GraphQLObjectType({
  name: 'DeletePayload',
  description: 'A row that is gone.',
  fields: {
    id: { type: new GraphQLNonNull(GraphQLID), description: 'Its id.' },
    deleted: { type: new GraphQLNonNull(GraphQLBoolean), description: 'Always true.' },
  },
});
