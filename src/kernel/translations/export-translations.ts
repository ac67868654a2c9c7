import { openWorkOf } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { invalid } from '../errors/domain-error.js';
import { choice, integer, text } from '../resource/fields.js';
import { kindCondition } from '../resource/columns.js';
import { translationsSql } from '../resource/translations.js';
import { defineQuery } from '../usecase/define-command.js';
import { companyLanguages, enabledLanguage, languageErrors, languageField } from './company-languages.js';
import { csvOf } from './csv.js';
import { readableTexts, textsSql } from './count-texts.js';
import { xliffOf, type Unit } from './xliff.js';

/** Longest file handed out, and taken back. */
export const longestFile = 500_000;
/** Source and translation of a text may be as long as this together. */
const enough = 250_000;
const wishes = ['missing', 'outdated', 'open', 'all'] as const;

export const exportTranslations = {
  ...defineQuery({
    name: 'translation.export',
    summary: 'Texts for a translator, as XLIFF 2 or CSV.',
    description: 'Page by page: a large company has more than one file.',
    graphql: 'exportTranslations',
    rest: { path: '/translations/export' },
    input: {
      language: languageField,
      only: choice(wishes, {
        default: 'open',
        description: '`missing`: not translated yet; `outdated`: the text has changed since; `open`: either; `all`.',
      }),
      resource: text(80, { description: 'Only texts of this resource.' }),
      format: choice(['xliff', 'csv'], {
        default: 'xliff',
        description: 'The kind of file. Spreadsheets read CSV, and nothing in it is a formula.',
      }),
      first: integer({ min: 1, max: 500, default: 200, description: 'Texts a page.' }),
      after: text(200, { description: 'Cursor: the page behind it.' }),
    },
    output: {
      xliff: text(longestFile, { required: true, description: 'The file; empty where CSV was asked for.' }),
      csv: text(longestFile, { description: 'The file, where CSV was asked for.' }),
      count: integer({ required: true, description: 'Texts in it.' }),
      next: text(200, { description: 'Cursor of the next page; empty at the end.' }),
    },
    errors: { ...languageErrors, 'translation.bad_cursor': 'The cursor is none of ours.' },

    async run({ language: tag, only, resource, format, first, after }, given) {
      const work = openWorkOf(given);
      const language = await enabledLanguage(work, tag);
      const { own } = await companyLanguages(work);
      const size = first ?? 200;
      const page: Page = { language, only: only ?? 'open', most: size + 1, after: after ? placeOf(after) : null };
      const found = await wanted(work, resource, page);
      const units = fitting(found, size);
      const last = units.at(-1);
      const next = last && units.length < found.length ? `${last.resource}:${last.recordId}:${last.field}` : null;
      const file = { sourceLanguage: own, language, units };
      const written = format === 'csv' ? { xliff: '', csv: csvOf(file) } : { xliff: xliffOf(file), csv: null };
      return { ...written, count: units.length, next };
    },
  }),
  permission: 'translation:read',
};

interface Place {
  readonly resource: string;
  readonly recordId: string;
  readonly field: string;
}
interface Page {
  readonly language: string;
  readonly only: (typeof wishes)[number];
  readonly most: number;
  readonly after: Place | null;
}

function placeOf(cursor: string): Place {
  const [, resource, recordId, field] = /^(\w{1,80}):([0-9a-f-]{36}):(\w{1,80})$/.exec(cursor) ?? [];
  if (!resource || !recordId || !field)
    throw invalid('translation.bad_cursor', 'The cursor is none of ours: take it from the page before.');
  return { resource, recordId, field };
}

const conditions: Readonly<Record<Page['only'], string>> = {
  missing: `k.one is null`,
  outdated: `k.one ->> 'sourceHash' <> kernel.source_hash(f.source)`,
  open: `(k.one is null or k.one ->> 'sourceHash' <> kernel.source_hash(f.source))`,
  all: 'true',
};

async function wanted(work: OpenWork, resource: string | null | undefined, page: Page): Promise<Unit[]> {
  const found: Unit[] = [];
  for (const texts of readableTexts(work)) {
    const { name } = texts.resource;
    if ((resource && name !== resource) || (page.after && name < page.after.resource)) continue;
    found.push(...(await textsOf(work, texts, page)));
    if (found.length >= page.most) break;
  }
  return found;
}

type Texts = ReturnType<typeof readableTexts>[number];

async function textsOf(work: OpenWork, { resource, fields }: Texts, { language, only, most, after }: Page): Promise<Unit[]> {
  const start = after?.resource === resource.name ? after : null;
  const { rows } = await work.exec(
    `select t.id, f.field, f.source, k.one ->> 'text' as target, k.one ->> 'sourceHash' <> kernel.source_hash(f.source) as outdated
    from ${resource.table} t ${textsSql(resource, fields, 't')}
    cross join lateral (select ${translationsSql(resource, 't')} -> f.field -> $2 as one) k
    where t.tenant_id = $1${kindCondition(resource, 't')} and f.source is not null and ${conditions[only]}
      and ($3::uuid is null or (t.id, f.field collate "C") > ($3, $4::text collate "C"))
    order by t.id, f.field collate "C" limit $5`,
    [work.tenantId, language, start?.recordId ?? null, start?.field ?? '', most],
  );
  return rows.map((row) => ({
    resource: resource.name,
    recordId: String(row['id']),
    field: String(row['field']),
    source: String(row['source']),
    target: typeof row['target'] === 'string' ? row['target'] : null,
    isOutdated: row['outdated'] === true,
  }));
}

/** As many as a file holds; one in any case. */
function fitting(units: readonly Unit[], most: number): Unit[] {
  let length = 0;
  const end = units.findIndex(({ source, target }, i) => {
    length += source.length + (target?.length ?? 0) + 300;
    return i >= most || (i > 0 && length > enough);
  });
  return units.slice(0, end < 0 ? units.length : end);
}
