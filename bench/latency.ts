// `npm run bench -- latency`: how long after an event was acknowledged its mail intent exists, and the mail is sent.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { graphql, signIn } from './lib/client.ts';
import { install } from './lib/installation.ts';

interface Page {
  readonly contacts: { readonly nodes: readonly { readonly id: string }[] };
}
interface Sent {
  readonly outboundMessages: {
    readonly nodes: readonly {
      readonly contactId: string;
      readonly createdAt: string;
      readonly sentAt: string | null;
      readonly status: string;
    }[];
  };
}

const installation = await install({}, 'dist/main.js');
try {
  const { url } = installation;
  await quiet(url);
  const headers = await signIn(url);
  const { contacts } = await graphql<Page>(
    url,
    headers,
    `
      {
        contacts(first: 120) {
          nodes {
            id
          }
        }
      }
    `,
  );
  console.log('| load | events | intent p50 ms | intent p99 ms | sent p50 ms | sent p99 ms |\n|---|---:|---:|---:|---:|---:|');
  await measure('one after the other, 10 a second', contacts.nodes.slice(0, 40), 100);
  await measure('all at once', contacts.nodes.slice(40), 0);

  async function measure(load: string, people: Page['contacts']['nodes'], everyMs: number): Promise<void> {
    const acknowledged = new Map<string, number>();
    const tell = async (contactId: string) => {
      const body = JSON.stringify({ id: randomUUID(), type: 'newsletter.signed_up', occurredAt: new Date().toISOString(), contactId });
      const response = await fetch(`${url}/v1/events`, { method: 'POST', headers, body });
      if (!response.ok) throw new Error(await response.text());
      acknowledged.set(contactId, Date.now());
    };
    if (everyMs === 0) await Promise.all(people.map(({ id }) => tell(id)));
    for (const { id } of everyMs === 0 ? [] : people) {
      await tell(id);
      await pause(everyMs);
    }
    const rows = await messages([...acknowledged.keys()]);
    const since = (row: Sent['outboundMessages']['nodes'][number], at: string | null) =>
      Math.max(0, Date.parse(at ?? '') - (acknowledged.get(row.contactId) ?? 0));
    const intents = rows.map((row) => since(row, row.createdAt));
    const sent = rows.filter((row) => row.sentAt !== null).map((row) => since(row, row.sentAt));
    console.log(`| ${load} | ${people.length} | ${at(intents, 0.5)} | ${at(intents, 0.99)} | ${at(sent, 0.5)} | ${at(sent, 0.99)} |`);
  }

  /** The messages to these people, once each has one that rests. */
  async function messages(ids: string[]): Promise<Sent['outboundMessages']['nodes']> {
    for (let tries = 0; tries < 300; tries++) {
      const { outboundMessages } = await graphql<Sent>(
        url,
        headers,
        `
          query ($ids: [ID!]) {
            outboundMessages(first: 200, filter: { contactId: { in: $ids } }) {
              nodes {
                contactId
                createdAt
                sentAt
                status
              }
            }
          }
        `,
        { ids },
      );
      const resting = outboundMessages.nodes.filter(({ status }) => status !== 'queued' && status !== 'sending');
      if (resting.length >= ids.length) return resting;
      await pause(200);
    }
    throw new Error('Not every event had its message within a minute.');
  }
} finally {
  await installation.stop();
}

function at(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return String(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? '-');
}

/** The demo company's own events are worked off first. */
async function quiet(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const open = [...text.matchAll(/^kontor_tasks\{state="(?:due|ringing|running)"\} (\d+)|^kontor_outbox_waiting (\d+)/gm)];
    if (open.length > 0 && open.every(([, tasks, events]) => Number(tasks ?? events) === 0)) return;
    await pause(200);
  }
  throw new Error('The worker did not come to rest within a minute.');
}
