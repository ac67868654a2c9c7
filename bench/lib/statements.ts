import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { EmbeddedPostgres } from '#app/embedded-postgres.js';

/** What PostgreSQL did for one request: its own time, pages of memory touched, and tables read from end to end. */
export interface Work {
  readonly millis: number;
  readonly buffers: number;
  readonly scanned: string;
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Node[];
}
interface Explained {
  readonly 'Query Text': string;
  readonly Plan: Node;
}

/** EXPLAIN (ANALYZE, BUFFERS) of every statement on the application's connections opened from now on is in the server's log. */
export async function explainAll(postgres: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.superUrl });
  await client.connect();
  try {
    const role = pg.escapeIdentifier(new URL(postgres.appUrl).username);
    const settings = { log_min_duration: '0', log_analyze: 'on', log_buffers: 'on', log_timing: 'off', log_format: 'json' };
    await client.query(`load 'auto_explain'`);
    await client.query(`alter role ${role} set session_preload_libraries = 'auto_explain'`);
    for (const [name, value] of Object.entries(settings)) await client.query(`alter role ${role} set auto_explain.${name} = '${value}'`);
  } finally {
    await client.end();
  }
}

/** The work of one of `count` requests, read from the log behind `offset`. */
export function workIn(log: string, offset: number, count: number): Work {
  const text = readFileSync(log).subarray(offset).toString('utf8');
  const byText = new Map<string, { millis: number[]; buffers: number[] }>();
  const scanned = new Set<string>();
  for (const [, millis = '0', json = '{}'] of text.matchAll(/duration: ([\d.]+) ms {2}plan:\n(\t\{\n[\s\S]*?\n\t\})/g)) {
    const { 'Query Text': query, Plan: plan } = JSON.parse(json.replaceAll('\n\t', '\n')) as Explained;
    const entry = byText.get(query) ?? { millis: [], buffers: [] };
    entry.millis.push(Number(millis));
    entry.buffers.push(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']);
    byText.set(query, entry);
    for (const node of nodesOf(plan)) if (node['Node Type'] === 'Seq Scan') scanned.add(node['Relation Name'] ?? '');
  }
  // What came less often than the requests is not theirs: sign-in, housekeeping.
  const theirs = [...byText.values()].filter(({ millis }) => millis.length >= count * 0.9);
  const sum = (values: readonly (readonly number[])[]) => values.reduce((total, list) => total + median(list), 0);
  return {
    millis: sum(theirs.map((one) => one.millis)),
    buffers: sum(theirs.map((one) => one.buffers)),
    scanned: [...scanned].sort().join(', '),
  };
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
