import { invalid } from '#kernel/errors/domain-error.js';
import { sql } from '#kernel/db/sql.js';
import { boolean, integer, list, text } from '#kernel/resource/fields.js';
import { isUuid } from '#kernel/resource/ids.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { cursorOf, placeOf, type Place } from '../domain/cursor.js';
import { recordErrors, recordNamed } from './asked-record.js';
import { entry } from './entry-fields.js';
import { readPage } from './read-entries.js';
import { shown, type LabellerOf } from './shown.js';

export const pageErrors = { 'timeline.bad_cursor': 'The cursor is none of ours.' };

export const readTimeline = (labellerOf: LabellerOf) =>
  defineQuery({
    name: 'timeline.read',
    summary: 'What has happened to a record and around it, latest first.',
    description:
      'Each entry is told by the rights to the record it tells of, and names only fields you may see. Of a deleted record it is told to who may read all of its kind. A page may be shorter than asked for: `next` says whether there is more.',
    graphql: 'timeline',
    rest: { method: 'GET', path: '/records/{recordId}/timeline' },
    access: 'member',
    input: {
      recordId: text(36, { required: true, description: 'The record whose timeline it is.' }),
      types: list(text(200, { required: true }), { max: 50, description: 'Only what is of these types: `opportunity_won`.' }),
      actors: list(text(36, { required: true }), { max: 50, description: 'Only what these users or keys did.' }),
      pinned: boolean({ default: false, description: 'Only what is pinned.' }),
      first: integer({ min: 1, max: 200, default: 50, description: 'Entries a page.' }),
      after: text(80, { description: 'Cursor: the page behind it.' }),
    },
    output: {
      entries: list(entry, { required: true, max: 200, description: 'Latest first.' }),
      next: text(80, { description: 'Cursor of the next page; empty at the end.' }),
    },
    errors: { ...recordErrors, ...pageErrors },

    async run({ recordId: id, types, actors, pinned, first, after }, work) {
      const place = after ? placeNamed(after) : null;
      const by = actors?.map(userNamed) ?? null;
      const { recordId, sources } = await recordNamed(work, id);
      const ids = pinned === true ? { ids: await pinsOf(work, recordId) } : {};
      const page = await readPage(work, sources, { recordId, types, actors: by, ...ids, after: place, most: first ?? 50 });
      return { entries: await shown(work, page.entries, labellerOf), next: page.next ? cursorOf(page.next) : null };
    },
  });

export function placeNamed(cursor: string): Place {
  const place = placeOf(cursor);
  if (!place) throw invalid('timeline.bad_cursor', 'The cursor is none of ours: take it from the page before.');
  return place;
}

function userNamed(id: string): string {
  if (!isUuid(id)) throw invalid('input.invalid', '"actors" holds what is no id.');
  return id.toLowerCase();
}

async function pinsOf(work: Work, recordId: string): Promise<string[]> {
  const rows = await work.rows<{ entry_id: string }>(
    sql`select p.entry_id from timeline.pins p where p.tenant_id = ${work.tenantId} and p.record_id = ${recordId}`,
  );
  return rows.map((row) => row.entry_id);
}
