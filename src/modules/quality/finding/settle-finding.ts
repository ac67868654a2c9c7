import { sql, type Sql } from '#kernel/db/sql.js';
import { conflict, notFound } from '#kernel/errors/domain-error.js';
import { choice, text } from '#kernel/resource/fields.js';
import { isUuid } from '#kernel/resource/ids.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { FINDING_STATES } from './finding-fields.js';
import { readFindings } from './read-findings.js';

const input = { findingId: text(36, { required: true, description: 'The finding.' }) };
const output = { status: choice(FINDING_STATES, { required: true, description: 'What it is now.' }) };
const errors = {
  'quality_finding.not_found': 'There is no such finding, or you may not see it.',
  'quality_finding.fixed': 'The record is good by now.',
  'quality_finding.out_of_reach': 'You may not change the record, so you may not say that it is right either.',
};

export const acceptFinding = defineCommand({
  name: 'quality_finding.accept',
  summary: 'Say that a record is right as it is, although it breaks a rule.',
  description: 'It counts as no fault any more. Who does so must be able to change the record.',
  rest: { path: '/quality-findings/{findingId}/accept' },
  input: { ...input, note: text(500, { description: 'Why.' }) },
  output,
  errors,
  async run({ findingId, note }, work) {
    await settle(
      work,
      findingId,
      sql`status = 'accepted', accepted_at = ${work.now}, accepted_by_id = ${work.actor.userId}, note = ${note ?? null}`,
    );
    return { status: 'accepted' as const };
  },
});

export const reopenFinding = defineCommand({
  name: 'quality_finding.reopen',
  summary: 'Take back that a record is right as it is.',
  rest: { path: '/quality-findings/{findingId}/reopen' },
  input,
  output,
  errors,
  async run({ findingId }, work) {
    await settle(work, findingId, sql`status = 'open', accepted_at = null, accepted_by_id = null, note = null`);
    return { status: 'open' as const };
  },
});

async function settle(work: Work, findingId: string, change: Sql): Promise<void> {
  const [finding] = isUuid(findingId) ? await readFindings(work, { id: findingId }, 1) : [];
  if (!finding) throw notFound('quality_finding.not_found', 'There is no such finding, or you may not see it.');
  const resource = work.resource(finding.resource);
  const { recordId } = finding;
  const may = recordId === null || (await work.covering(resource, recordId, ['update'])).length > 0;
  if (!may) throw conflict('quality_finding.out_of_reach', 'You may not change the record, so you may not say that it is right either.');
  const changed = await work.rows(sql`update quality.findings set ${change}
    where tenant_id = ${work.tenantId} and id = ${findingId}::uuid and status <> 'fixed' returning 1`);
  if (changed.length === 0) throw conflict('quality_finding.fixed', 'The record is good by now.');
}
