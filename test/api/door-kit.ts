import type { OpsKit } from './ops-kit.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Sends a body, as it is or as JSON, and answers what came back without what differs from one request to the next. */
export async function send(kit: OpsKit, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(kit.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'same-request', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const told = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'ratelimit');
  return { status: answer.status, headers: Object.fromEntries(told), text: await answer.text() };
}

/** A request from a page of our own origin is not taken at the door. */
export const ordinary = (kit: OpsKit) => ({ origin: kit.url });
