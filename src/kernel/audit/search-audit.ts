import { refuseAsking } from '../access/field-rights.js';
import { openWorkOf } from '../db/twins.js';
import { invalid } from '../errors/domain-error.js';
import { choice, instant, integer, text } from '../resource/fields.js';
import { isUuid } from '../resource/ids.js';
import { defineQuery } from '../usecase/define-command.js';
import { answerOf, entries, underRead } from './audit-fields.js';
import { shownEntries } from './entries.js';
import { auditClasses } from './note-audit.js';
import { readEntries, type Place } from './read-entries.js';

export const searchAudit = underRead(
  defineQuery({
    name: 'audit.search',
    summary: 'What was done, latest first.',
    description:
      'Entries of the audit about records you may read, with the fields you may see. Of deleted records, if you may read all of their kind.',
    graphql: 'auditEntries',
    rest: { path: '/audit/entries' },
    input: {
      resource: text(80, { description: 'Only of this resource.' }),
      record: text(36, { description: 'Only of the record of this id.' }),
      field: text(200, { description: 'Only entries that change this field; takes `resource` too.' }),
      actorId: text(36, { description: 'Only what this user or key did.' }),
      action: text(40, { description: 'Only this: created, updated, deleted …' }),
      class: choice(auditClasses, { description: 'Only of this class.' }),
      command: text(200, { description: 'Only by this verb.' }),
      requestId: text(100, { description: 'Only of this request.' }),
      correlationId: text(100, { description: 'Only what this request, event or task led to.' }),
      batchId: text(36, { description: 'Only of this operation.' }),
      from: instant({ description: 'Not before.' }),
      to: instant({ description: 'Before.' }),
      first: integer({ min: 1, max: 200, default: 50, description: 'Entries a page.' }),
      after: text(60, { description: 'Cursor: the page behind it.' }),
    },
    output: { entries, next: text(60, { description: 'Cursor of the next page; empty at the end.' }) },
    errors: { 'audit.bad_cursor': 'The cursor is none of ours.' },

    async run({ first, after, record, ...more }, work) {
      const filter = { ...more, recordId: record };
      checkIds(filter);
      const { resource, field } = filter;
      const definition = resource ? work.definitions.resources.get(resource) : undefined;
      if (field && !resource) throw invalid('input.invalid', 'A field is one of a resource: name the resource too.');
      if (field && definition) refuseAsking(work.actor, [{ of: definition, field }]);
      const size = first ?? 50;
      const rows = await readEntries(openWorkOf(work), filter, { first: size, after: after ? placeOf(after) : null });
      const last = rows.at(-1);
      const shown = await shownEntries(openWorkOf(work), rows);
      return { entries: shown.map(answerOf), next: last && rows.length === size ? `${last.txid}.${last.id}` : null };
    },
  }),
);

function checkIds(filter: Readonly<Record<string, unknown>>): void {
  for (const name of ['recordId', 'actorId', 'batchId']) {
    const value = filter[name];
    if (typeof value === 'string' && !isUuid(value)) throw invalid('input.invalid', `"${name}" is no id.`);
  }
}

function placeOf(cursor: string): Place {
  const [, txid, id] = /^(\d{1,19})\.(\d{1,18})$/.exec(cursor) ?? [];
  if (txid === undefined || id === undefined)
    throw invalid('audit.bad_cursor', 'The cursor is none of ours: take it from the page before.');
  return { txid, id };
}
