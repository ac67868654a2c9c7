import { sql, trusted } from '#kernel/db/sql.js';
import { kindCondition } from '#kernel/resource/columns.js';
import { decimal, integer, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { scoreOf } from '../domain/score.js';
import { QualityRule } from '../rule/quality-rule.resource.js';
import { isShown } from './quality-trend.js';

const ruleShare = object(
  {
    qualityRuleId: ref('quality_rule', { required: true, description: 'The rule.' }),
    rule: text(60, { required: true, description: 'Its key.' }),
    weight: integer({ required: true, description: 'How much it counts.' }),
    open: integer({ required: true, description: 'Records that break it.' }),
    accepted: integer({ required: true, description: 'Records that break it and were said to be right as they are.' }),
    share: decimal(4, { required: true, description: 'Open ones by all records of the kind.' }),
  },
  { name: 'QualityRuleShare', required: true },
);
const resourceScore = object(
  {
    resource: text(80, { required: true, description: 'The kind of record.' }),
    records: integer({ required: true, description: 'How many there are.' }),
    score: decimal(4, { required: true, description: '1 less the weighed share of faults: 1 is flawless.' }),
    rules: list(ruleShare, { required: true, max: 500, description: 'Rule by rule.' }),
  },
  { name: 'QualityScore', required: true },
);

export const qualitySummary = {
  ...defineQuery({
    name: 'quality.summary',
    summary: 'How good the records are: the share of faulty ones for each rule, and a score for each kind.',
    description:
      'score = 1 − Σ weight × open ÷ (Σ weight × records), over the rules in use. Only of kinds you may read all records of, and by rules that look only at fields you may see.',
    graphql: 'qualitySummary',
    rest: { path: '/quality/summary' },
    input: { resource: text(80, { description: 'Only of this kind of record.' }) },
    output: { scores: list(resourceScore, { required: true, max: 1000, description: 'Kind by kind.' }) },

    async run({ resource }, work) {
      const rules = (await work.system.repo(QualityRule).list({ isActive: true, ...(resource ? { resource } : {}) })).filter((rule) =>
        isShown(work, rule),
      );
      const counts = await countsOf(work);
      const kinds = [...Map.groupBy(rules, (rule) => rule.resource)].sort(([a], [b]) => (a < b ? -1 : 1));
      const scores = [];
      for (const [kind, own] of kinds) scores.push(await scoreFor(work, kind, { rules: own, counts }));
      return { scores };
    },
  }),
  permission: 'quality_finding:read',
};

interface Count {
  readonly id: string;
  readonly open: number;
  readonly accepted: number;
}

async function countsOf(work: Work): Promise<ReadonlyMap<string, Count>> {
  const rows = await work.rows<Count>(sql`select rule_id as id, count(*) filter (where status = 'open')::integer as open,
    count(*) filter (where status = 'accepted')::integer as accepted from quality.findings
    where tenant_id = ${work.tenantId} and status <> 'fixed' and record_id is not null group by rule_id`);
  return new Map(rows.map((row) => [row.id, row]));
}

async function scoreFor(
  work: Work,
  kind: string,
  { rules, counts }: { rules: readonly QualityRule[]; counts: ReadonlyMap<string, Count> },
) {
  const resource = work.resource(kind);
  const [found] = await work.rows<{ records: number }>(
    sql`select count(*)::integer as records from ${trusted(resource.table)} t where t.tenant_id = ${work.tenantId}${trusted(kindCondition(resource, 't'))}`,
  );
  const records = found?.records ?? 0;
  const shares = rules
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((rule) => {
      const { open = 0, accepted = 0 } = counts.get(rule.id) ?? {};
      const share = (records === 0 ? 0 : open / records).toFixed(4);
      return { qualityRuleId: rule.id, rule: rule.key, weight: rule.weight, open, accepted, share };
    });
  const weighed = rules.map((rule) => ({ weight: rule.weight, faulty: counts.get(rule.id)?.open ?? 0 }));
  return { resource: kind, records, score: scoreOf(weighed, records).toFixed(4), rules: shares };
}
