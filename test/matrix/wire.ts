import type { Machine } from './machine.js';
import type { Person } from './people.js';
import type { Ask } from './ask.js';

/** What came back, the same whichever surface was asked. */
export interface Reply {
  readonly status: number;
  /** Code of the refusal; null when it was done. */
  readonly code: string | null;
  readonly text: string;
  /** GraphQL said null where a row was asked for. */
  readonly empty: boolean;
}

let turn = 0;

/** Sends one request as somebody; of several proofs the next one. */
export async function send(machine: Pick<Machine, 'address'>, who: Person, ask: Ask): Promise<Reply> {
  const token = who.tokens[turn++ % Math.max(who.tokens.length, 1)];
  const headers = new Headers({ ...ask.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) });
  if (ask.body !== undefined) headers.set('content-type', 'application/json');
  const response = await fetch(`${machine.address}${ask.path}`, {
    method: ask.method,
    headers,
    redirect: 'manual',
    ...(ask.form ? { body: ask.form() } : ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
  });
  const text = await response.text();
  return ask.path === '/graphql' ? fromGraphql(response.status, text) : fromRest(response.status, text);
}

interface Body {
  readonly code?: string;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
  /** Of a bulk call: how each item ended. */
  readonly results?: readonly { readonly problem?: { readonly status: number; readonly code: string } }[];
}

function parsed(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function fromRest(status: number, text: string): Reply {
  const { code = 'none', results } = parsed(text);
  const item = Array.isArray(results) ? results[0]?.problem : undefined;
  if (item) return { status: item.status, text, code: item.code, empty: false };
  return { status, text, code: status >= 400 ? code : null, empty: false };
}

const statuses: readonly (readonly [RegExp, number])[] = [
  [/^input\./, 400],
  [/^auth\./, 401],
  [/^access\./, 403],
  [/(\.not_found|\.no_such_record)$/, 404],
  [/^internal$/, 500],
];

const statusOf = (code: string) => statuses.find(([pattern]) => pattern.test(code))?.[1];

/** GraphQL answers 200 to nearly everything: the code says which status it stands for. */
function fromGraphql(status: number, text: string): Reply {
  const { data, errors } = parsed(text);
  if (errors) {
    const code = errors[0]?.extensions?.code ?? 'none';
    return { status: statusOf(code) ?? (status === 200 ? 409 : status), code, text, empty: false };
  }
  const values = Object.values(data ?? {});
  const isNothing = (value: unknown) => value === null || (Array.isArray(value) && value.length > 0 && value.every((one) => one === null));
  return { status, code: null, text, empty: values.length > 0 && values.every(isNothing) };
}

/** Runs `work` over all items, eight at a time, and keeps their order. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>, width = 8): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
