import { joinSql, sql, type Sql } from '#kernel/db/sql.js';
import { nearest } from '../domain/distance.js';
import type { CompileKind } from './compile-rule.js';
import { ruleUnfit } from './rule-errors.js';

const dayMs = 86_400_000;
const isNumber = (text: string) => /^-?\d{1,15}(\.\d{1,6})?$/.test(text);
const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

const either = (conditions: readonly Sql[]): Sql => sql`(${joinSql(conditions, ' or ')})`;

const required: CompileKind = ({ values }) => {
  const fault = either(values.map((value) => sql`coalesce(${value}::text, '') = ''`));
  return { fault: () => fault };
};

const format: CompileKind = ({ value, rule }) => {
  const { pattern = '' } = rule.settings;
  return { fault: () => sql`${value}::text !~ ${pattern}::text` };
};

const range: CompileKind = (terms) => {
  const { type } = terms.term(terms.rule.fields[0] ?? '', '/fields/0');
  if (type !== 'number' && type !== 'date' && type !== 'instant') throw ruleUnfit('/fields/0', 'is neither a number nor a time');
  const { value } = terms;
  const conditions = (['min', 'max'] as const).flatMap((name) => {
    const bound = terms.rule.settings[name];
    return bound === undefined ? [] : [sql`${value} ${name === 'min' ? sql`<` : sql`>`} ${boundOf(bound, type === 'number', name)}`];
  });
  if (conditions.length === 0) throw ruleUnfit('/settings', 'needs min or max');
  const fault = either(conditions);
  return { fault: () => fault };
};

function boundOf(bound: string, ofNumber: boolean, name: string): Sql {
  if (ofNumber ? isNumber(bound) : isDay(bound)) return ofNumber ? sql`${bound}::numeric` : sql`${bound}::date`;
  throw ruleUnfit(`/settings/${name}`, ofNumber ? 'is no number' : 'is no day such as 2026-03-01');
}

/** With `near`, values that are like none of the list are taken for new ones, not for wrong ones. */
const values: CompileKind = ({ value, rule }) => {
  const { values: known = [], near = false } = rule.settings;
  return {
    fault: () => sql`${value}::text <> all(${[...known]}::text[])`,
    value,
    look: (found) => {
      const suggestion = nearest(found, known);
      if (suggestion === null) return near ? null : {};
      return { suggestion };
    },
  };
};

const formula: CompileKind = (terms) => {
  const holds = terms.condition(terms.rule.settings.formula ?? '', '/settings/formula');
  return { fault: () => sql`(${holds}) is false` };
};

const freshness: CompileKind = (terms) => {
  const { type } = terms.term(terms.rule.fields[0] ?? '', '/fields/0');
  if (type !== 'date' && type !== 'instant') throw ruleUnfit('/fields/0', 'is no time');
  const { value } = terms;
  const { days = 1 } = terms.rule.settings;
  return { fault: (now) => sql`${value}::timestamptz < ${new Date(now.getTime() - days * dayMs)}::timestamptz` };
};

/** Kinds that look at one record alone. */
export const rowKinds = { required, format, range, values, formula, freshness };
