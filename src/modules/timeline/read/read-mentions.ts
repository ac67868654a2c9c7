import { sql } from '#kernel/db/sql.js';
import { instant, integer, list, object, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { cursorOf } from '../domain/cursor.js';
import { sourcesOf } from '../feed/sources.js';
import { entry } from './entry-fields.js';
import { toldAmong } from './read-entries.js';
import { pageErrors, placeNamed } from './read-timeline.js';
import { shown, type LabellerOf } from './shown.js';

const mention = object(
  {
    entryId: text(36, { required: true, description: 'The entry, which is among `entries`.' }),
    byId: text(36, { required: true, description: 'Id of the user who wants you to see it.' }),
    at: instant({ required: true, description: 'Since when.' }),
  },
  { name: 'TimelineMention', required: true },
);

export const readMentions = (labellerOf: LabellerOf) =>
  defineQuery({
    name: 'timeline.mentions',
    summary: 'Entries of timelines that were brought to your notice, latest first.',
    description:
      'Those you may see: what may have been told to whom mentioned you need not be told to you. A page may be shorter than asked for.',
    graphql: 'timelineMentions',
    rest: { method: 'GET', path: '/timeline-mentions' },
    access: 'member',
    input: {
      first: integer({ min: 1, max: 100, default: 20, description: 'Mentions a page.' }),
      after: text(80, { description: 'Cursor: the page behind it.' }),
    },
    output: {
      mentions: list(mention, { required: true, max: 100, description: 'Latest first.' }),
      entries: list(entry, { required: true, max: 100, description: 'What was meant, in the same order.' }),
      next: text(80, { description: 'Cursor of the next page; empty at the end.' }),
    },
    errors: pageErrors,

    async run({ first, after }, work) {
      const size = first ?? 20;
      const found = await mentionsOf(work, after ? placeNamed(after) : null, size);
      const asked = found.map(({ entry_id: id, record_id: recordId }) => ({ id, recordId }));
      const told = await shown(work, await toldAmong(work, await sourcesOf(work), asked), labellerOf);
      const byId = new Map(told.map((one) => [one.id, one]));
      const mentions = found
        .filter(({ entry_id: id }) => byId.has(id))
        .map(({ entry_id: entryId, by_id: by, at }) => ({ entryId, byId: by, at }));
      const entries = mentions.flatMap(({ entryId }) => byId.get(entryId) ?? []);
      const last = found.length === size ? found.at(-1) : undefined;
      return { mentions, entries, next: last ? cursorOf({ at: last.place, seq: '0', id: last.entry_id }) : null };
    },
  });

interface Mention {
  readonly entry_id: string;
  readonly record_id: string;
  readonly by_id: string;
  readonly at: Date;
  readonly place: string;
}

function mentionsOf(work: Work, after: { readonly at: string; readonly id: string } | null, most: number): Promise<Mention[]> {
  const behind = after
    ? sql`and (m.at, m.entry_id) < (timestamptz 'epoch' + ${after.at}::bigint * interval '1 microsecond', ${after.id}::uuid)`
    : sql``;
  return work.rows<Mention>(
    sql`select m.entry_id, e.record_id, m.by_id, m.at, (extract(epoch from m.at) * 1000000)::bigint::text as place
      from timeline.mentions m join timeline.entries e on e.tenant_id = m.tenant_id and e.id = m.entry_id
      where m.tenant_id = ${work.tenantId} and m.user_id = ${work.actor.userId} ${behind} order by m.at desc, m.entry_id desc limit ${most}`,
  );
}
