import type { Shot } from './load.ts';

/** What an answer holds, whatever its form: records known by a field only they have, and what the deals add up to. */
interface Content {
  accounts: number;
  contacts: number;
  pipeline: number;
}

/** Asks once; an answer with errors, or with none of what was asked for, is nobody's speed. */
async function contentOf(url: string, { method, path, headers, body }: Shot, who: string): Promise<Content> {
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  const fail = (why: string) => new Error(`${who} answers ${path} with ${why}: ${text.slice(0, 500)}`);
  if (!response.ok) throw fail(String(response.status));
  const found: unknown = JSON.parse(text);
  if (typeof found !== 'object' || found === null) throw fail('nothing');
  if ('errors' in found) throw fail('errors');
  const content: Content = { accounts: 0, contacts: 0, pipeline: 0 };
  count(found, content);
  return content;
}

function count(value: unknown, content: Content): void {
  if (typeof value !== 'object' || value === null) return;
  if ('sector' in value) content.accounts++;
  if ('email' in value) content.contacts++;
  for (const [key, part] of Object.entries(value)) {
    if ((key === 'amount' || key === 'sum') && (typeof part === 'string' || typeof part === 'number')) content.pipeline += Number(part);
    else count(part, content);
  }
}

/** Refuses to compare servers that do not answer the same. */
export async function refuseOther(raw: { url: string; shot: Shot }, ours: { url: string; shot: Shot }, who: string): Promise<string> {
  const [wanted, found] = [await contentOf(raw.url, raw.shot, 'The bare server'), await contentOf(ours.url, ours.shot, who)];
  const words = JSON.stringify(found);
  if (words !== JSON.stringify(wanted)) throw new Error(`${who} answers ${words}, the bare server ${JSON.stringify(wanted)}.`);
  return words;
}
