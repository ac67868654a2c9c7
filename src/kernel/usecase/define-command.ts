import type { Deprecation } from '../resource/deprecation.js';
import type { Fields, InputOf } from '../resource/fields.js';
import { camel, pascal } from '../resource/names.js';
import type { Resource } from '../resource/define-resource.js';
import type { Caller, Work } from './work.js';

/** Where a verb appears in REST. `{leadId}` in a path is filled from the input field of that name. */
export interface RestRoute {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Status of success, 200 when left out. */
  readonly status?: number;
}

export interface UseCaseSpec<I extends Fields, O extends Fields> {
  /** `noun.verb`, snake case: `lead.convert`. Its permission is `lead:convert`. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** Name in GraphQL, when `verbNoun` does not read well. */
  readonly graphql?: string;
  /** Route in REST under `/v1`; `POST /<plural>/{<noun>Id}/<verb>` when left out. Null: none, a controller of the module serves it. */
  readonly rest?: RestRoute | null;
  readonly input: I;
  readonly output: O;
  /** Codes this verb may answer with, each with a sentence. Codes of resources it writes need not be repeated. */
  readonly errors?: Readonly<Record<string, string>>;
  /** `public`: no login needed (the verb checks its own proof). `member`: any signed-in principal. Else the permission decides. */
  readonly access?: 'permission' | 'member' | 'public';
  /** It will go. */
  readonly deprecated?: Deprecation;
  /** Its input or output holds a secret: nothing of a call is kept, so it takes no idempotency key. */
  readonly secret?: true;
  run(input: InputOf<I>, work: Work): Promise<InputOf<O>>;
}

/** The verb writes and answers one row of a resource, whose fields `namesIn` finds in the raw input. */
export interface Crud {
  readonly resource: Resource;
  readonly namesIn: (input: unknown) => readonly string[];
  /** The same as `run` for several inputs of one principal in one go: all or nobody. */
  readonly runMany?: (inputs: readonly Record<string, unknown>[], callers: readonly Caller[], work: Work) => Promise<readonly unknown[]>;
}

export interface UseCase<I extends Fields = Fields, O extends Fields = Fields> extends Required<
  Omit<UseCaseSpec<I, O>, 'rest' | 'secret' | 'deprecated' | 'run'>
> {
  readonly kind: 'command' | 'query';
  readonly noun: string;
  readonly verb: string;
  readonly permission: string;
  readonly rest: RestRoute | null | undefined;
  readonly deprecated?: Deprecation;
  readonly secret?: true;
  /** How raw input becomes `run`'s input, where the fields alone do not say it (CRUD). */
  readonly parse?: (input: unknown) => InputOf<I>;
  readonly crud?: Crud;
  /** The verb is exactly one statement, so it needs no transaction around it. */
  readonly oneStatement?: true;
  run(input: InputOf<I>, work: Work): Promise<InputOf<O>>;
}
export type Command<I extends Fields = Fields, O extends Fields = Fields> = UseCase<I, O> & { readonly kind: 'command' };
export type Query<I extends Fields = Fields, O extends Fields = Fields> = UseCase<I, O> & { readonly kind: 'query' };

/** A verb: GraphQL mutation, REST route, CLI step and job step through one runner. */
export const defineCommand = <const I extends Fields, const O extends Fields>(spec: UseCaseSpec<I, O>) =>
  useCase('command', spec) as Command<I, O>;

/** A question that is more than reading resources: GraphQL query field and REST GET. */
export const defineQuery = <const I extends Fields, const O extends Fields>(spec: UseCaseSpec<I, O>) =>
  useCase('query', spec) as Query<I, O>;

function useCase<I extends Fields, O extends Fields>(kind: 'command' | 'query', spec: UseCaseSpec<I, O>): UseCase<I, O> {
  const [noun, verb] = spec.name.split('.') as [string, string];
  return {
    ...spec,
    kind,
    noun,
    verb,
    description: spec.description ?? spec.summary,
    graphql: spec.graphql ?? camel(verb) + pascal(noun),
    rest: spec.rest,
    errors: spec.errors ?? {},
    access: spec.access ?? 'permission',
    permission: `${noun}:${verb}`,
    run: (input, work) => spec.run(input, work),
  };
}
