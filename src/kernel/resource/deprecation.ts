export type Day = `${number}-${number}-${number}`;

/** It will go. Told by GraphQL (`@deprecated`), OpenAPI, and in the headers of its routes. */
export interface Deprecation {
  /** Since when nobody should build on it. */
  readonly since: Day;
  /** When it will be gone, if that is known. */
  readonly sunset?: Day;
  /** What to use instead: `lead.qualify`. */
  readonly use: string;
}

/** The reason as GraphQL tells it. */
export const deprecationReason = (deprecated: Deprecation | undefined): string | undefined =>
  deprecated && `Use ${deprecated.use}${deprecated.sunset ? `; this goes on ${deprecated.sunset}` : ''}.`;
