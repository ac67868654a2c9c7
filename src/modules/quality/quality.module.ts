import { defineModule } from '#kernel/usecase/define-module.js';
import { ruleJudge } from './entry/rule-judge.js';
import { listFindings } from './finding/list-findings.js';
import { acceptFinding, reopenFinding } from './finding/settle-finding.js';
import { createRule } from './rule/create-rule.js';
import { furnishRules } from './rule/furnish-rules.js';
import { qualityRoles } from './roles.js';
import { QualityRule } from './rule/quality-rule.resource.js';
import { restoreShippedRules } from './rule/restore-shipped-rules.js';
import { updateRule } from './rule/update-rule.js';
import { qualitySummary } from './summary/quality-summary.js';
import { qualityTrend } from './summary/quality-trend.js';
import { continueSweep } from './sweep/continue-sweep.job.js';
import { dailySweep } from './sweep/daily-sweep.job.js';
import { QualitySweep } from './sweep/quality-sweep.resource.js';
import { startSweep } from './sweep/start-sweep.js';

export const quality = defineModule({
  name: 'quality',
  description: 'What good records look like, and which are not.',
  switchable: { label: 'Data quality' },
  resources: [QualityRule, QualitySweep],
  commands: [createRule, updateRule, restoreShippedRules, startSweep, acceptFinding, reopenFinding],
  queries: [listFindings, qualitySummary, qualityTrend],
  jobs: [continueSweep, dailySweep],
  roles: qualityRoles,
  furnish: async (work) => {
    await furnishRules(work);
  },
  tenantJudge: ruleJudge,
});
