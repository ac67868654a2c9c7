import type { ErrorKind } from '../errors/domain-error.js';

/**
 * Texts by error code, in ICU MessageFormat. Gaps are filled from the details of the error; of several texts the first whose gaps can all be
 * filled is said. Known beside the details: `message` (the English text), `label` (the resource), `problem` and `more` (of `errors`).
 */
export type ErrorTexts = Readonly<Record<string, string | readonly string[]>>;

/** Words for what definitions name: `lead`, `lead.status`, `status`, `lead.status.new`, `new`. The most exact one counts. */
export type Words = Readonly<Record<string, string>>;

/** All that is said in one language. English needs none of it: it stands where it is thrown and defined. */
export interface Catalog {
  readonly errors: ErrorTexts;
  readonly titles: Readonly<Record<ErrorKind | 'internal', string>>;
  /** One place of the input, by the code of the problem. */
  readonly problems: Readonly<Record<string, string>>;
  /** English phrases with gaps in braces, and theirs. */
  readonly phrases: readonly (readonly [string, string])[];
  readonly labels: Labels;
}

export interface Labels {
  readonly modules: Words;
  readonly resources: Words;
  /** `contact.email`, or `email` for all resources. */
  readonly fields: Words;
  /** `lead.status.new`, or `status.new`, or `new`. */
  readonly choices: Words;
  /** Verbs of rights: `lead.convert`, or `convert`. */
  readonly verbs: Words;
  readonly roles: Words;
  /** One sentence on what it is, by its English sentence's owner: `lead`, `sales`, `lead.convert`. */
  readonly descriptions: Words;
}
