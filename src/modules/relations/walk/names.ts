import { isHidden, isMasked, masked } from '#kernel/access/field-rights.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { columnsOf, columnSql } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Labeller } from '#kernel/text/labels.js';
import { nameIn } from '#kernel/text/labels.js';
import type { LabelsByLanguage } from '#kernel/resource/fields.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Hop } from './step.js';

/** What people know records by: their searched texts, as far as the caller may see them. For records he may see. */
export async function namesOf(work: Work, kinds: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const [kind, ids] of kinds) {
    const resource = work.definitions.resource(kind);
    const fields = titleFields(work, resource);
    if (fields.length === 0) continue;
    const columns = fields.map((name) => titleColumn(resource, name));
    const { rows } = await openWorkOf(work).exec(
      `select t.id, array[${columns.join(', ')}]::text[] as texts from ${resource.table} t where t.tenant_id = $1 and t.id = any($2::uuid[])`,
      [work.tenantId, ids],
    );
    for (const { id, texts } of rows as unknown as { id: string; texts: (string | null)[] }[]) {
      const shown = fields.flatMap((name, i) => shownAs(work, resource, { name, text: texts[i] ?? null }) ?? []);
      if (shown.length > 0) names.set(id, shown.join(' '));
    }
  }
  return names;
}

const titleFields = ({ actor }: Work, resource: Resource): string[] =>
  Object.entries(resource.fields).flatMap(([name, { kind, options, stored }]) =>
    kind === 'text' &&
    options.search &&
    !options.hidden &&
    !options.sensitive &&
    stored?.in !== 'formula' &&
    !isHidden(actor, resource, name)
      ? [name]
      : [],
  );

function titleColumn({ fields }: Resource, name: string): string {
  const field = fields[name];
  const [column] = field ? columnsOf(name, field) : [];
  return column ? columnSql(column, 't') : 'null';
}

function shownAs({ actor }: Work, resource: Resource, { name, text }: { name: string; text: string | null }): string | null {
  const field = resource.fields[name];
  return field && isMasked(actor, resource, name) ? masked(field, text) : text;
}

/** Says what things are called in the language of who asks. */
export class Namer {
  constructor(
    private readonly labeller: Labeller,
    private readonly wishes: readonly string[],
  ) {}

  kind = ({ name, labels }: Resource): string => this.own(labels) ?? this.labeller.noun(name);

  /** What the record at the end of a hop is to the one at its beginning: `Employer`, `Account`, `Contact`. */
  hop({ tie, isForward }: Hop): string {
    const field = isForward ? tie.to : tie.from;
    if (field === null) return this.kind(tie.near);
    return this.own(tie.holder.fields[field]?.labels) ?? this.labeller.field(tie.holder.name, field);
  }

  private own = (labels: LabelsByLanguage | undefined): string | null => (labels ? nameIn(labels, this.wishes) : null);
}
