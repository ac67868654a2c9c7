import { readFileSync } from 'node:fs';
import type { Client } from './api-kit.js';

interface Block {
  readonly kind: string;
  readonly text: string;
}

/** A page of the documentation whose requests are sent as they stand there, in their order. */
export class DocPage {
  /** What stands for `$words`: members of the last answers, and the ids of what was made, by the last part of the address. */
  readonly words: Record<string, string> = {};
  readonly blocks: readonly Block[];

  constructor(path: string) {
    const blocks = readFileSync(path, 'utf8').matchAll(/^```(http|graphql)\n([\s\S]*?)^```/gm);
    this.blocks = [...blocks].map(([, kind = '', text = '']) => ({ kind, text: text.trim() }));
  }

  /** Answers the requests that were refused, with what was said. */
  async refusedTo(client: Client, before: () => Promise<void> = () => Promise.resolve()): Promise<unknown[]> {
    const refused: unknown[] = [];
    for (const block of this.blocks) {
      await before();
      const problem = await this.problemWith(client, block);
      if (problem !== undefined) refused.push({ ...block, problem });
    }
    return refused;
  }

  private async problemWith(client: Client, { kind, text }: Block): Promise<unknown> {
    const filled = text.replace(/\$(\w+)/g, (_, name: string) => this.words[name] ?? '');
    if (kind === 'graphql') {
      const { data, errors } = await client.graphql(filled);
      return errors ?? (data ? undefined : 'There is no data.');
    }
    const [line = '', ...rest] = filled.split('\n');
    const [method = '', path = ''] = line.split(' ');
    const { status, text: said, body } = await send(client, { method, path, body: rest.join('\n') });
    if (status >= 300) return said;
    this.learn(path, body);
    return undefined;
  }

  private learn(path: string, body: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(body)) if (typeof value === 'string') this.words[name] = value;
    if (typeof body['id'] === 'string') this.words[path.split('/').at(-1) ?? ''] = body['id'];
    const entries: unknown = body['entries'];
    if (Array.isArray(entries)) this.words['entry'] = String((entries as { id: string }[])[0]?.id);
  }
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

function send(client: Client, { method, path, body }: Request) {
  const given: unknown = body === '' ? undefined : JSON.parse(body);
  if (method === 'GET') return client.get(path);
  if (method === 'DELETE') return client.delete(path, {}, given);
  return method === 'PATCH' ? client.patch(path, given) : client.post(path, given);
}
