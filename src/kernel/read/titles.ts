import { isHidden, isMasked, masked } from '../access/field-rights.js';
import { filterCondition, rowFilter } from '../access/scope.js';
import { actorParams } from '../db/find-rows.js';
import { openWorkOf } from '../db/twins.js';
import { columnsOf, columnSql, kindCondition } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Work } from '../usecase/work.js';

/**
 * What people know records by, of ids by kind: their searched texts, as far as the actor may see them. Records he may not read are not in
 * it; one without such a text is there with an empty one.
 */
export async function titlesOf(work: Work, kinds: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, string>> {
  const titles = new Map<string, string>();
  for (const [kind, ids] of kinds) {
    const resource = work.definitions.resources.get(kind);
    const filter = resource && rowFilter(resource, work.actor, `${kind}:read`);
    if (!resource || !filter || filter.kind === 'none' || ids.length === 0) continue;
    const fields = titleFields(work, resource);
    const columns = fields.map((name) => titleColumn(resource, name));
    const open = openWorkOf(work);
    const { bind, values } = actorParams(open, [work.tenantId, ids]);
    const reached = filterCondition(filter, 't', '$1', bind);
    const { rows } = await open.exec(
      `select t.id, array[${columns.join(', ')}]::text[] as texts from ${resource.table} t
       where t.tenant_id = $1 and t.id = any($2::uuid[])${kindCondition(resource, 't')}${reached === null ? '' : ` and ${reached}`}`,
      values,
    );
    for (const { id, texts } of rows as unknown as { id: string; texts: (string | null)[] }[])
      titles.set(id, fields.flatMap((name, i) => shownAs(work, resource, { name, text: texts[i] ?? null }) ?? []).join(' '));
  }
  return titles;
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
