import { readFileSync } from 'node:fs';
import { openApiKit, type ApiKit, type Client } from './api-kit.js';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  admin = (await api.company()).admin;
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const page = readFileSync('docs/custom-fields.md', 'utf8');
const blocks = [...page.matchAll(/^```(http|graphql)\n([\s\S]*?)^```/gm)].map(([, kind = '', text = '']) => ({ kind, text: text.trim() }));
/** What answers have said, for the words with `$`. */
const said: Record<string, unknown> = {};

async function send(line: string, body: string) {
  const [method = '', path = ''] = line.replace(/\$(\w+)/g, (_, name: string) => String(said[name])).split(' ');
  const given: unknown = body === '' ? undefined : JSON.parse(body);
  if (method === 'GET') return admin.get(path);
  if (method === 'DELETE') return admin.delete(path, {}, given);
  return method === 'PATCH' ? admin.patch(path, given) : admin.post(path, given);
}

test('every request of the page on fields and objects works as it stands there, in its order', async () => {
  expect(blocks.length).toBeGreaterThan(20);
  const failed: unknown[] = [];
  for (const { kind, text } of blocks) {
    if (kind === 'graphql') {
      const { data, errors } = await admin.graphql(text);
      if (errors || !data) failed.push({ text, errors });
      continue;
    }
    const [line = '', ...rest] = text.split('\n');
    const answer = await send(line, rest.join('\n'));
    if (answer.status >= 300) failed.push({ line, answer: answer.text });
    Object.assign(said, answer.body);
  }
  expect(failed).toEqual([]);
});
