import { sql, joinSql, trusted, type Sql } from '#kernel/db/sql.js';
import { kindCondition, refSql } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { meantBy, wellSpelt } from '../domain/learned.js';
import type { CompileKind, KindPart, RuleTerms } from './compile-rule.js';
import { ruleUnfit } from './rule-errors.js';

/** Rows of a resource under an alias, as what stands behind `from`, with its tenant and kind settled. */
const rowsOf = (resource: Resource, alias: string): Sql =>
  trusted(`${resource.table} ${alias} where ${alias}.tenant_id = t.tenant_id${kindCondition(resource, alias)}`);

const reference: CompileKind = (terms) => {
  const { resource, field = '' } = terms.rule.settings;
  const other = terms.other(resource);
  const wanted = terms.sqlOf(terms.term(field, '/settings/field', other), 'x');
  const { value } = terms;
  return {
    fault: () => sql`${value} is not null and not exists (select from ${rowsOf(other, 'x')} and ${wanted}::text = ${value}::text)`,
  };
};

/** Rows are compared by keys that sweep and entry keep beside them, so that an index finds the others however many there are. */
const unique: CompileKind = (terms) => {
  const { loose = false } = terms.rule.settings;
  const found = terms.rule.fields.map((field, i) => terms.term(field, `/fields/${i}`));
  const plain = (value: Sql) => (loose ? sql`quality.plain(${value}::text)` : sql`lower(${value}::text)`);
  const key = (alias: string) =>
    joinSql(
      found.map((term) => sql`nullif(${plain(terms.sqlOf(term, alias))}, '')`),
      ` || '|' || `,
    );
  const { table } = terms.resource;
  const { id } = terms.rule;
  return {
    key,
    // A look-up of its own for each row, by the whole index: a join would be planned by statistics that rows just written are not in yet.
    fault: () => sql`exists (select from (select o.record_id from quality.keys o
        where o.tenant_id = t.tenant_id and o.rule_id = ${id}::uuid and o.key = hashtextextended(${key('t')}, 0) and o.record_id <> t.id offset 0) o
      join ${trusted(table)} x on x.tenant_id = t.tenant_id and x.id = o.record_id where (${key('x')}) = (${key('t')}))`,
  };
};

const children: CompileKind = (terms) => {
  const { resource, by = '', least = 1 } = terms.rule.settings;
  const other = terms.other(resource);
  const ref = Object.hasOwn(other.fields, by) ? other.fields[by] : undefined;
  if (ref?.kind !== 'ref' || ref.target !== terms.resource.name)
    throw ruleUnfit('/settings/by', `is no reference of ${other.name} to ${terms.resource.name}`);
  terms.names.push(`${other.name}.${by}`);
  const points = trusted(refSql(other, by, 'x'));
  return {
    fault: () => sql`(select count(*) from (select from ${rowsOf(other, 'x')} and ${points} = t.id limit ${least}) found) < ${least}`,
  };
};

const deviation: CompileKind = (terms) => {
  const { match = '', resource, by = '', field = '', tolerance = 0 } = terms.rule.settings;
  const other = terms.other(resource);
  const value = numberAt(terms, terms.rule.fields[0] ?? '', { pointer: '/fields/0', resource: terms.resource, alias: 't' });
  const usual = numberAt(terms, field, { pointer: '/settings/field', resource: other, alias: 'x' });
  const here = terms.sqlOf(terms.term(match, '/settings/match'));
  const there = terms.sqlOf(terms.term(by, '/settings/by', other), 'x');
  const matching = sql`select from ${rowsOf(other, 'x')} and ${there}::text = ${here}::text and ${usual} > 0`;
  return {
    fault: () => sql`${value} is not null and exists (${matching})
      and not exists (${matching} and abs(${value} - ${usual}) <= ${String(tolerance)}::numeric * ${usual})`,
  };
};

interface NumberPlace {
  readonly pointer: string;
  readonly resource: Resource;
  readonly alias: string;
}

function numberAt(terms: RuleTerms, path: string, { pointer, resource, alias }: NumberPlace): Sql {
  const term = terms.term(path, pointer, resource);
  if (term.type !== 'number') throw ruleUnfit(pointer, 'is no number');
  return terms.sqlOf(term, alias);
}

/** Further from the median than so many times what is usual; each group by itself, and each currency. */
const outlier: CompileKind = (terms) => {
  const { limit = 3.5 } = terms.rule.settings;
  const { value, group } = outlierTerms(terms);
  refusePersonal(terms);
  const groups = JSON.stringify(terms.rule.learned?.groups ?? []);
  return {
    outlier: { value, group },
    fault: () => sql`exists (select from jsonb_to_recordset(${groups}::jsonb) as g(key text, median numeric, mad numeric)
      where g.key = ${group} and g.mad > 0 and abs(${value} - g.median) > ${String(limit)}::numeric * 1.4826 * g.mad)`,
  };
};

/** The number an outlier is judged by, and the group it is judged in. */
function outlierTerms(terms: RuleTerms): { readonly value: Sql; readonly group: Sql } {
  const [field = ''] = terms.rule.fields;
  const value = numberAt(terms, field, { pointer: '/fields/0', resource: terms.resource, alias: 't' });
  const { per } = terms.rule.settings;
  const parts = [...(per === undefined ? [] : [terms.term(per, '/settings/per')]), ...currencyOf(terms, field)].map((term) =>
    terms.sqlOf(term),
  );
  return {
    value,
    group:
      parts.length === 0
        ? sql`''`
        : joinSql(
            parts.map((part) => sql`coalesce(${part}::text, '')`),
            ` || ' ' || `,
          ),
  };
}

function currencyOf(terms: RuleTerms, field: string) {
  const [name = ''] = field.split('.');
  return terms.resource.fields[name]?.kind === 'money' ? [terms.term(`${name}.currency`, '/fields/0')] : [];
}

const misspelt: CompileKind = (terms): KindPart => {
  refusePersonal(terms);
  const { distance = 2, ratio = 20 } = terms.rule.settings;
  const counts = terms.rule.learned?.counts ?? [];
  const { value } = terms;
  return {
    fault: () => sql`${value}::text <> all(${wellSpelt(counts, { distance, ratio })}::text[])`,
    value,
    look: (found) => {
      const suggestion = meantBy(found, counts, { distance, ratio });
      return suggestion === null ? null : { suggestion };
    },
  };
};

const drift: CompileKind = (terms) => {
  const { value } = terms;
  return { whole: true, value, fault: () => sql`false` };
};

/** What is usual is kept with the rule: nothing that tells of a person may stand there. */
function refusePersonal({ rule, resource }: RuleTerms): void {
  const [name = ''] = (rule.fields[0] ?? '').split('.');
  if (resource.fields[name]?.options.personal) throw ruleUnfit('/fields/0', 'tells of a person: what is usual in it is not learned');
}

/** Kinds that look at other records too. */
export const setKinds = { reference, unique, children, deviation, outlier, misspelt, drift };
