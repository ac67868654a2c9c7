import type { Given } from './deeds.js';

/** One HTTP request. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is instead of JSON. */
  readonly form?: () => FormData;
}

/** How a request is made of what is given. */
export type Asking = (given: Given) => Ask;

/** The version the asker says he knows, where a resource asks for it. */
export const ifMatch = (version: unknown): Pick<Ask, 'headers'> => (version === 1 ? { headers: { 'if-match': '"1"' } } : {});
