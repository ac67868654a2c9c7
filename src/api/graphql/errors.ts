import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { outage } from '#kernel/db/outage.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { english, type Speaker } from '#kernel/text/speaker.js';
import { worded } from '../http/speaker.js';

/** Codes graphql-js and Apollo give by themselves, in our words. */
const codes: Readonly<Record<string, string>> = {
  GRAPHQL_PARSE_FAILED: 'graphql.syntax',
  GRAPHQL_VALIDATION_FAILED: 'graphql.invalid',
  BAD_USER_INPUT: 'input.invalid',
  BAD_REQUEST: 'graphql.bad_request',
  OPERATION_RESOLUTION_FAILURE: 'graphql.unknown_operation',
  PERSISTED_QUERY_NOT_FOUND: 'graphql.document_unknown',
  PERSISTED_QUERY_NOT_SUPPORTED: 'graphql.document_unknown',
};

export interface ErrorOptions {
  readonly onDefect: (error: unknown) => void;
  /** What is wrong is said, what would be right is not. */
  readonly isProduction: boolean;
}

/** One refusal in GraphQL: the same code as in REST, in `extensions.code`. A defect says nothing but that it was one. */
export function formatError({ onDefect, isProduction }: ErrorOptions) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = error instanceof GraphQLError && error.originalError ? error.originalError : error;
    const original = outage(cause) ?? cause;
    if (original instanceof DomainError)
      return { ...position(formatted), message: original.message, extensions: { code: original.code, ...original.details } };
    const code = ownCode(formatted, original);
    if (code !== null)
      return {
        ...position(formatted),
        message: short(isProduction ? unhelpful(formatted.message) : formatted.message),
        extensions: { code },
      };
    onDefect(original);
    return {
      ...position(formatted),
      message: 'The server met an error it did not expect. It has been logged.',
      extensions: { code: 'internal' },
    };
  };
}

/** The code of what graphql-js and Apollo refuse by themselves; null when it is no refusal. */
function ownCode(formatted: GraphQLFormattedError, original: unknown): string | null {
  const code = formatted.extensions?.['refusal'] ?? formatted.extensions?.['code'];
  if (code === 'INTERNAL_SERVER_ERROR') return isGivenUp(original) ? 'input.invalid' : null;
  if (typeof code === 'string') return codes[code] ?? code;
  return original instanceof GraphQLError && original.originalError === undefined ? 'graphql.invalid' : null;
}

/** graphql-js gives up on variables with too many faults by an error of no field, which Apollo takes for a defect. */
const isGivenUp = (error: unknown) => error instanceof GraphQLError && !error.path && !error.originalError;

const mostErrors = 5;
const longestMessage = 300;

/** What is wrong is said, but a short request does not get a long answer for it. */
export const fewErrors = <T>(errors: readonly T[]): readonly T[] => errors.slice(0, mostErrors);
const unhelpful = (message: string) => message.replace(/ Did you mean .*$/s, '');
const short = (message: string) => (message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message);

const position = (formatted: GraphQLFormattedError) => ({
  ...(formatted.locations ? { locations: fewErrors(formatted.locations) } : {}),
  ...(formatted.path ? { path: formatted.path } : {}),
});

/** The same for operations over graphql-ws, which Apollo does not see. */
export function socketError(error: GraphQLError, options: ErrorOptions, speaker: Speaker = english): GraphQLError {
  const formatted = formatError(options)(
    { ...error.toJSON(), extensions: error.originalError ? {} : { code: error.extensions['code'] ?? 'graphql.invalid' } },
    error,
  );
  const { code, ...details } = formatted.extensions ?? {};
  const said = worded(speaker, { message: formatted.message, extensions: { code: String(code), ...details } });
  return new GraphQLError(said.message, {
    ...(error.nodes ? { nodes: error.nodes } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: said.extensions,
  });
}
