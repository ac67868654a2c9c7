import { rowFilter } from '#kernel/access/scope.js';
import { sql } from '#kernel/db/sql.js';
import { decimal, instant, integer, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { scoreOf } from '../domain/score.js';
import { sees } from '../entry/rule-judge.js';
import { QualityRule } from '../rule/quality-rule.resource.js';
import type { RuleResult } from '../sweep/quality-sweep.resource.js';

const point = object(
  {
    qualitySweepId: ref('quality_sweep', { required: true, description: 'The sweep that found it so.' }),
    at: instant({ required: true, description: 'When it ended.' }),
    resource: text(80, { required: true, description: 'The kind of record.' }),
    records: integer({ required: true, description: 'How many there were.' }),
    open: integer({ required: true, description: 'Open findings there were, over all rules.' }),
    accepted: integer({ required: true, description: 'Faults there were that were said to be right as they are.' }),
    score: decimal(4, { required: true, description: '1 less the weighed share of faults, as it was then.' }),
  },
  { name: 'QualityPoint', required: true },
);

export const qualityTrend = {
  ...defineQuery({
    name: 'quality.trend',
    summary: 'How the quality of records has changed, sweep by sweep.',
    description:
      'Of finished sweeps, oldest first. Only of kinds you may read all records of, and by rules that are still there and look only at fields you may see.',
    graphql: 'qualityTrend',
    rest: { path: '/quality/trend' },
    input: {
      resource: text(80, { description: 'Only of this kind of record.' }),
      sweeps: integer({ min: 1, max: 366, default: 30, description: 'How many sweeps to look back, the latest ones.' }),
    },
    output: { points: list(point, { required: true, max: 100_000, description: 'By time, and by kind of record.' }) },

    async run({ resource, sweeps }, work) {
      const rules = new Map((await work.system.repo(QualityRule).list({})).map((rule) => [rule.id, rule]));
      const seen = (rule: QualityRule | undefined): rule is QualityRule => rule !== undefined && isShown(work, rule);
      const finished = await latest(work, sweeps ?? 30);
      const points = finished.flatMap(({ id, at, results }) => {
        const told = results.filter((one) => seen(rules.get(one.ruleId)) && (!resource || one.resource === resource));
        const kinds = [...Map.groupBy(told, (one) => one.resource)].sort(([a], [b]) => (a < b ? -1 : 1));
        return kinds.map(([kind, own]) => ({ qualitySweepId: id, at, resource: kind, ...summed(own, rules) }));
      });
      return { points };
    },
  }),
  permission: 'quality_finding:read',
};

/** The same as for the summary: figures tell of all records of a kind. */
export const isShown = ({ actor, definitions }: Work, rule: QualityRule): boolean => {
  const resource = definitions.resources.get(rule.resource);
  return resource !== undefined && rowFilter(resource, actor, `${resource.name}:read`).kind === 'all' && sees(actor, rule, definitions);
};

interface Finished {
  readonly id: string;
  readonly at: Date;
  readonly results: readonly RuleResult[];
}

async function latest(work: Work, most: number): Promise<Finished[]> {
  const rows =
    await work.rows<Finished>(sql`select id, finished_at as at, case when jsonb_typeof(results) = 'array' then results else '[]' end as results
    from quality.quality_sweeps where tenant_id = ${work.tenantId} and state = 'finished' and finished_at is not null
    order by started_at desc, id desc limit ${most}`);
  return rows.toReversed();
}

function summed(results: readonly RuleResult[], rules: ReadonlyMap<string, QualityRule>) {
  const records = Math.max(0, ...results.map((one) => one.records));
  // Drift is about all records together: it is no fault of any of them.
  const counted = results.map((one) => ({
    weight: one.weight ?? rules.get(one.ruleId)?.weight ?? 1,
    faulty: rules.get(one.ruleId)?.kind === 'drift' ? 0 : one.faulty,
    accepted: one.accepted,
  }));
  const open = counted.reduce((sum, { faulty }) => sum + faulty, 0);
  const accepted = counted.reduce((sum, one) => sum + one.accepted, 0);
  return { records, open, accepted, score: scoreOf(counted, records).toFixed(4) };
}
