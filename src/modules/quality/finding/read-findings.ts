import { filterCondition, rowFilter } from '#kernel/access/scope.js';
import { actorParams } from '#kernel/db/find-rows.js';
import { openWorkOf } from '#kernel/db/twins.js';
import type { Work } from '#kernel/usecase/work.js';
import { messageOf } from '../domain/message.js';
import { sees } from '../entry/rule-judge.js';
import { pathOf } from '../rule/compiled-rule.js';
import { QualityRule } from '../rule/quality-rule.resource.js';
import type { FINDING_STATES } from './finding-fields.js';

type Status = (typeof FINDING_STATES)[number];

export interface FindingFilter {
  readonly id?: string | null | undefined;
  readonly resource?: string | null | undefined;
  readonly recordId?: string | null | undefined;
  readonly qualityRuleId?: string | null | undefined;
  /** Who looks after the rule. */
  readonly ownerId?: string | null | undefined;
  readonly status?: Status | null | undefined;
  readonly after?: string | null | undefined;
}

interface StoredFinding {
  readonly id: string;
  readonly rule_id: string;
  readonly resource: string;
  readonly record_id: string | null;
  readonly status: Status;
  readonly detail: { readonly suggestion?: string };
  readonly found_at: Date;
  readonly fixed_at: Date | null;
  readonly fixed_by_id: string | null;
  readonly accepted_at: Date | null;
  readonly accepted_by_id: string | null;
  readonly note: string | null;
}

/** Findings the actor may know of: of records he may read, by rules that look at no field that is kept from him. */
export async function readFindings(work: Work, filter: FindingFilter, most: number) {
  const open = openWorkOf(work);
  const rules = new Map((await work.system.repo(QualityRule).list({})).map((rule) => [rule.id, rule]));
  const visible = [...rules.values()]
    .filter((rule) => sees(work.actor, rule, work.definitions) && isAsked(rule, filter))
    .map(({ id }) => id);
  const { bind: bindActor, values } = actorParams(open, [work.tenantId]);
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`;
  const conditions = [
    `f.rule_id = any(${bind(visible, 'uuid[]')})`,
    withinReach(work, bindActor, bind),
    ...columns.flatMap(([name, comparison, cast]) => {
      const value = filter[name];
      return value === undefined || value === null ? [] : [`${comparison} ${bind(value, cast)}`];
    }),
  ];
  const { rows } = await open.exec(
    `select f.* from quality.findings f where f.tenant_id = $1 and ${conditions.join(' and ')} order by f.id limit ${bind(most, 'integer')}`,
    values,
  );
  return (rows as unknown as StoredFinding[]).flatMap((finding) => {
    const rule = rules.get(finding.rule_id);
    return rule ? [shown(finding, rule, work.actor.language)] : [];
  });
}

const isAsked = (rule: QualityRule, { ownerId }: FindingFilter): boolean => !ownerId || rule.ownerId === ownerId.toLowerCase();

const columns: readonly (readonly [keyof FindingFilter, string, string])[] = [
  ['id', 'f.id =', 'uuid'],
  ['resource', 'f.resource =', 'text'],
  ['recordId', 'f.record_id =', 'uuid'],
  ['qualityRuleId', 'f.rule_id =', 'uuid'],
  ['status', 'f.status =', 'text'],
  ['after', 'f.id >', 'uuid'],
];

/** Records within reach; what is about all records of a kind, only for who may read all of them. */
function withinReach(
  { actor, definitions }: Work,
  bindActor: ReturnType<typeof actorParams>['bind'],
  bind: (value: unknown, cast: string) => string,
) {
  const whole: string[] = [];
  const parts: string[] = [];
  for (const resource of definitions.resources.values()) {
    const condition = filterCondition(rowFilter(resource, actor, `${resource.name}:read`), 't', '$1', bindActor);
    if (condition === null) whole.push(resource.name);
    else if (condition !== 'false')
      parts.push(
        `(f.resource = ${bind(resource.name, 'text')} and exists (select from ${resource.table} t where t.tenant_id = $1 and t.id = f.record_id and ${condition}))`,
      );
  }
  return `(${[`f.resource = any(${bind(whole, 'text[]')})`, ...parts].join(' or ')})`;
}

const shown = (finding: StoredFinding, rule: QualityRule, language: string | undefined) => ({
  id: finding.id,
  qualityRuleId: rule.id,
  rule: rule.key,
  resource: finding.resource,
  recordId: finding.record_id,
  path: pathOf(rule),
  severity: rule.severity,
  message: messageOf(rule.messages, language),
  suggestion: finding.detail.suggestion ?? null,
  status: finding.status,
  foundAt: finding.found_at,
  fixedAt: finding.fixed_at,
  fixedById: finding.fixed_by_id,
  acceptedAt: finding.accepted_at,
  acceptedById: finding.accepted_by_id,
  note: finding.note,
});
