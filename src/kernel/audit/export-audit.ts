import { seesLess } from '../access/field-rights.js';
import { openWorkOf } from '../db/twins.js';
import { integer, json, list } from '../resource/fields.js';
import { defineCommand } from '../usecase/define-command.js';
import { shownEntries, type EntryRow } from './entries.js';
import { noteAudit } from './note-audit.js';
import { chainedEntries, seesAll } from './read-entries.js';

/** One link with its entry, as it is handed out. */
export interface ExportedLink {
  readonly seq: number;
  readonly prevHash: string | null;
  readonly hash: string;
  readonly entry: unknown;
  readonly content?: string;
}

export const exportAudit = defineCommand({
  name: 'audit.export',
  summary: 'Take links of the audit with you, in the order of the chain.',
  description:
    'Whoever may see everything also gets `content`, the text the hash is made of, so that the chain can be checked without us. The export is an entry itself.',
  rest: { path: '/audit/export' },
  input: {
    fromSeq: integer({ min: 1, default: 1, description: 'The first link.' }),
    most: integer({ min: 1, max: 1000, default: 500, description: 'How many links to go through.' }),
  },
  output: {
    links: list(json({ required: true }), {
      required: true,
      max: 1000,
      description: 'The links, with seq, prevHash, hash, entry and content.',
    }),
    nextSeq: integer({ description: 'Where to go on; empty at the end.' }),
  },

  async run({ fromSeq, most }, given) {
    const work = openWorkOf(given);
    const [from, size] = [fromSeq ?? 1, most ?? 500];
    const rows = await chainedEntries(work, from, size);
    const isWhole = seesAll(work) && !seesLess(work.actor);
    const entries = new Map((await shownEntries(work, rows)).map((entry) => [entry.id, entry] as const));
    const links = rows.flatMap((row) => {
      const entry = entries.get(row.id);
      return entry ? [{ ...linkOf(row), entry, ...(isWhole ? { content: row.content } : {}) }] : [];
    });
    await noteAudit(work, {
      resource: 'audit',
      recordId: work.tenantId,
      action: 'exported',
      class: 'export',
      changes: { fromSeq: [null, from], links: [null, links.length] },
    });
    const last = rows.at(-1);
    return { links: JSON.parse(JSON.stringify(links)) as never, nextSeq: last && rows.length === size ? Number(last.seq) + 1 : null };
  },
});

const linkOf = ({ seq, hash, prev_hash: prev }: EntryRow) => ({
  seq: Number(seq),
  prevHash: prev?.toString('hex') ?? null,
  hash: hash?.toString('hex') ?? '',
});
