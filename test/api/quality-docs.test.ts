import { readFileSync } from 'node:fs';
import { openApiKit, type ApiKit, type Answer, type Client } from './api-kit.js';

let api: ApiKit;
beforeAll(async () => {
  api = await openApiKit();
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

const page = readFileSync('docs/data-quality.md', 'utf8');
const lines = [...page.matchAll(/^```bash\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.split(/^(?=curl )/m));

/** A line of curl, as far as the page uses it. */
function send(client: Client, line: string): Promise<Answer> {
  const path = /localhost:3000(\/v1[^\s']*)/.exec(line)?.[1] ?? '';
  const body = / -d '([\s\S]*)'\s*$/.exec(line)?.[1];
  return body === undefined ? client.get(path) : client.post(path, JSON.parse(body));
}

test('every line of the page on data quality works as it stands there, in its order', async () => {
  const { admin } = await api.company();
  const asked = lines.filter((line) => line.startsWith('curl '));
  expect(asked.length).toBeGreaterThanOrEqual(7);
  const failed: unknown[] = [];
  for (const line of asked) {
    const answer = await send(admin, line);
    if (answer.status >= 300) failed.push({ line, answer: answer.text });
    if (line.includes('dryRun')) expect(answer.headers['record-warnings']).toContain('"believable-size";path="/employees"');
  }
  expect(failed).toEqual([]);
});
