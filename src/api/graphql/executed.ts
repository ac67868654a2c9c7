import type { FormattedExecutionResult } from 'graphql';
import { english, type Speaker } from '#kernel/text/speaker.js';
import { worded } from '../http/speaker.js';
import type { GraphqlContext } from './context.js';
import { fewErrors } from './errors.js';

const mostWarnings = 100;

interface Finished extends FormattedExecutionResult {
  /** Which language errors are told in, where that has to be said. */
  readonly language: string | null;
}

/**
 * What was executed as it is answered: with what the operation cost, what was wrong with records it wrote, and with errors in the language of who
 * asked. English that nobody asked for is not pointed out.
 */
export function finish(result: FormattedExecutionResult, context: GraphqlContext): Finished {
  const errors = result.errors && errorsIn(result.errors, context);
  const extensions = { ...result.extensions, ...extensionsOf(result, context), ...(errors?.language ? { language: errors.language } : {}) };
  return {
    ...result,
    ...(errors ? { errors: errors.list } : {}),
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    language: errors?.language ?? null,
  };
}

function errorsIn(errors: readonly FormattedError[], { speaker = english, isLanguageAsked = false }: GraphqlContext) {
  const list = fewErrors(errors);
  if (speaker.language === 'en' && !isLanguageAsked) return { list, language: null };
  return { list: list.map((error) => ({ ...error, ...wordedError(speaker, error) })), language: speaker.language };
}

function extensionsOf({ data }: FormattedExecutionResult, { cost, warnings }: GraphqlContext): Record<string, unknown> {
  return { ...(data && cost > 0 ? { cost } : {}), ...(warnings ? { warnings: warnings.slice(0, mostWarnings) } : {}) };
}

type FormattedError = NonNullable<FormattedExecutionResult['errors']>[number];

function wordedError(speaker: Speaker, { message, extensions }: FormattedError): Partial<FormattedError> {
  const { code, ...details } = extensions ?? {};
  return typeof code === 'string' ? worded(speaker, { message, extensions: { code, ...details } }) : {};
}
