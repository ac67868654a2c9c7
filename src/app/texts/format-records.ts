import type { Principal } from '#api/auth/principal.js';
import { RowReads } from '#api/rest/reads.js';
import { reachOf } from '#kernel/access/actor.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { personName } from '#kernel/pure/person-name.js';
import { textOf } from '#kernel/pure/text.js';
import { runPlanIn } from '#kernel/read/plan.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { list, longText, object, text, type Field } from '#kernel/resource/fields.js';
import { codeOf } from '#kernel/resource/ids.js';
import { isZone } from '#kernel/resource/validators.js';
import { Formats, isWritten } from '#kernel/text/formats.js';
import { fieldLabels, Labeller, type FieldLabels } from '#kernel/text/labels.js';
import { spoken } from '#kernel/text/language.js';
import { canonical } from '#kernel/text/reading.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { labelCatalogs } from './catalogs.js';

const value = {
  name: text(120, { required: true, description: 'As the API calls it; `fullName` is the name of a person put together.' }),
  label: text(300, { required: true, description: 'As people call it.' }),
  text: longText({ required: true, description: 'The value as its reader writes it; lines of an address are apart by line breaks.' }),
};
const record = {
  id: text(36, { required: true }),
  values: list(object(value, { name: 'FormattedValue', required: true }), { required: true, description: 'Those that are not empty.' }),
};

export const formatRecords = defineQuery({
  name: 'text.format',
  summary: 'Values of records as their reader writes them: amounts, numbers, days, times, addresses, names, choices.',
  description:
    'For front ends without formats of their own, and for letters. It takes no right but to read the records; those you may not see are left out. Long texts, references and what is for machines is not told.',
  graphql: 'formatted',
  access: 'member',
  rest: { method: 'GET', path: '/formatted' },
  input: {
    ids: list(text(36, { required: true }), { required: true, max: 100, description: 'Ids of records of any kind.' }),
    locale: text(35, { description: 'A BCP 47 tag: `de-CH`. Without it the language of the request, of you, or English.' }),
    timeZone: text(64, { description: 'IANA zone instants are told in; yours when left out.' }),
  },
  output: {
    locale: text(35, { required: true, description: 'As values are written.' }),
    timeZone: text(64, { required: true }),
    records: list(object(record, { name: 'FormattedRecord', required: true }), { required: true, description: 'In the order of the ids.' }),
  },
  errors: {
    'text.locale_unknown': 'Values cannot be written as in that language: a BCP 47 tag such as `de-CH` is wanted.',
    'text.zone_unknown': 'The zone is no IANA zone such as Europe/Berlin.',
  },

  async run({ ids, locale: wanted, timeZone: zone }, work) {
    const locale = localeOf(wanted ?? work.actor.language ?? 'en');
    const timeZone = zone ?? (isZone(work.actor.timeZone) ? work.actor.timeZone : 'UTC');
    if (!isZone(timeZone)) throw invalid('text.zone_unknown', 'The zone is no IANA zone such as Europe/Berlin.');
    const writer = new Writer(work, locale, timeZone);
    const rows = await readRows(work, [...new Set(ids.map((id) => id.toLowerCase()))]);
    const records = ids.flatMap((id) => {
      const found = rows.get(id.toLowerCase());
      return found ? [{ id: id.toLowerCase(), values: writer.values(found.resource, found.row) }] : [];
    });
    return { locale, timeZone, records };
  },
});

function localeOf(tag: string): string {
  const locale = canonical(tag);
  if (locale === null || !isWritten(locale))
    throw invalid('text.locale_unknown', 'Values cannot be written as in that language: a BCP 47 tag such as "de-CH" is wanted.');
  return locale;
}

type Row = Readonly<Record<string, unknown>>;
interface Found {
  readonly resource: Resource;
  readonly row: Row;
}

/** Rows by id, of each kind with one statement, and of those only what the reader may see. */
async function readRows(work: Work, ids: readonly string[]): Promise<Map<string, Found>> {
  const { definitions, actor, tenantId } = work;
  const reads = new RowReads((plan, context) => runPlanIn(openWorkOf(work), plan, context), 'formats');
  const principal: Principal = { tenantId, actor, definitions, sessionId: null };
  const found = new Map<string, Found>();
  for (const [code, some] of Map.groupBy(ids, (id) => codeOf(id))) {
    const resource = code === null ? undefined : definitions.byCode.get(code);
    if (!resource?.operations.includes('list') || reachOf(actor.permissions, `${resource.name}:read`) === null) continue;
    const query = { filter: { id: { in: some } }, fields: null, expand: [], first: some.length, count: false };
    const { data } = JSON.parse(await reads.list(resource, query, principal)) as { readonly data: readonly Row[] };
    for (const row of data) found.set(String(row['id']), { resource, row });
  }
  return found;
}

interface Value {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

const times: ReadonlySet<string> = new Set(['createdAt', 'updatedAt']);

/** Writes rows for one reader. */
class Writer {
  private readonly formats: Formats;
  private readonly labeller: Labeller;
  private readonly wishes: readonly string[];
  private readonly labels = new Map<string, readonly FieldLabels[]>();

  constructor({ actor }: Work, locale: string, timeZone: string) {
    this.formats = new Formats(locale, timeZone);
    this.labeller = new Labeller(labelCatalogs[spoken(locale) ?? 'en']);
    this.wishes = [locale, ...(actor.reads ?? [])];
  }

  values(resource: Resource, row: Row): Value[] {
    const whole = personName(row, typeof row['language'] === 'string' ? row['language'] : null);
    const isPerson = 'firstName' in resource.fields && 'lastName' in resource.fields && whole !== '';
    const person = isPerson ? [{ name: 'fullName', label: this.labeller.field(resource.name, 'fullName'), text: whole }] : [];
    return [...person, ...this.labelsOf(resource).flatMap((labels) => this.value(resource, row, labels))];
  }

  private value({ fields }: Resource, row: Row, labels: FieldLabels): Value[] {
    const { name, label } = labels;
    const field = fields[name] ?? (times.has(name) ? ({ kind: 'instant', options: {} } as const) : null);
    const held = row[name];
    if (!field || held === null || held === undefined) return [];
    const written = this.written(field, held, labels);
    return written === null || written === '' ? [] : [{ name, label, text: written }];
  }

  private written(field: Field, held: unknown, { choices }: FieldLabels): string | null {
    const called = (one: unknown) => choices.find((choice) => choice.name === one)?.label ?? textOf(one);
    if (Array.isArray(held)) return held.map(called).join(', ');
    if (field.kind === 'choice') return called(held);
    return typeof held === 'boolean' ? this.labeller.truth(held) : this.formats.field(field, held);
  }

  private labelsOf(resource: Resource): readonly FieldLabels[] {
    const known = this.labels.get(resource.name) ?? fieldLabels(this.labeller, resource, this.wishes);
    this.labels.set(resource.name, known);
    return known;
  }
}
