import { sql, trusted } from '#kernel/db/sql.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { integer, ref } from '#kernel/resource/fields.js';
import { nilId } from '#kernel/resource/ids.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { findFaults, noteKeys, type Scope } from '../finding/find-faults.js';
import { closeFindings, openFindings, type Kept } from '../finding/keep-findings.js';
import type { CompiledRule } from '../rule/compiled-rule.js';
import { rulesOf } from '../rule/load-rules.js';
import { learn } from './learn.js';
import { judgeWhole } from './judge-whole.js';
import { QualitySweep, type SweepPhase, type SweepPlace } from './quality-sweep.resource.js';
import { resultsOf } from './results.js';

const rowsAtOnce = 2000;

/** Findings and the place behind them commit together: a part that was broken off leaves nothing, and one that comes twice finds its turn over. */
export const continueSweep = defineJob({
  name: 'quality.continue_sweep',
  description: 'Takes a sweep on by one part.',
  payload: { qualitySweepId: ref('quality_sweep', { required: true }), turn: integer({ required: true, min: 0 }) },

  async run({ qualitySweepId, turn }, work) {
    const sweep = await work.repo(QualitySweep).lock(qualitySweepId);
    if (sweep.state !== 'running' || sweep.turn !== turn) return;
    const part = await nextPart(work, sweep);
    const records = { ...sweep.records };
    if (part.counted) records[part.counted] = (records[part.counted] ?? 0) + part.rows;
    const isDone = part.place.step >= sweep.plan.length;
    await work.repo(QualitySweep).update(sweep.id, {
      place: part.place,
      turn: turn + 1,
      records,
      opened: sweep.opened + part.opened,
      fixed: sweep.fixed + part.fixed,
      ...(isDone ? { state: 'finished', finishedAt: work.now, results: await resultsOf(work, records) } : {}),
    });
    if (isDone) return;
    const payload = { qualitySweepId, turn: turn + 1 };
    await work.schedule(continueSweep, { key: `${sweep.id}:${turn + 1}`, payload });
  },
});

interface Part extends Kept {
  readonly place: SweepPlace;
  readonly rows: number;
  /** The kind of record that was judged. */
  readonly counted?: string;
}

async function nextPart(work: Work, { plan, place }: QualitySweep): Promise<Part> {
  const step = plan[place.step];
  const next = { step: place.step + 1, after: nilId };
  const nothing: Part = { opened: 0, fixed: 0, rows: 0, place: next };
  const resource = step && work.definitions.resources.get(step.resource);
  // Its module was switched off since: its records are nobody's business now.
  if (!resource) return nothing;
  const rules = await rulesOf(work, resource.name);
  if (step.phase === 'learn') {
    await learn(work, rules);
    return nothing;
  }
  if (step.phase === 'whole') return { ...nothing, ...(await judgeWhole(work, rules)) };
  const { rows, last } = await page(work, resource, place.after);
  const isEnd = rows < rowsAtOnce;
  const scope = { after: place.after, upTo: isEnd ? null : last };
  const kept = await look(work, { phase: step.phase, rules, scope });
  const counted = step.phase === 'judge' ? { counted: resource.name } : {};
  return { ...kept, ...counted, rows, place: isEnd ? next : { step: place.step, after: last } };
}

interface Look {
  readonly phase: SweepPhase;
  readonly rules: readonly CompiledRule[];
  readonly scope: Scope;
}

async function look(work: Work, { phase, rules, scope }: Look): Promise<Kept> {
  if (phase === 'keys') {
    await noteKeys(work, rules, scope);
    return { opened: 0, fixed: 0 };
  }
  const faults = await findFaults(work, rules, scope);
  return { opened: await openFindings(work, faults), fixed: await closeFindings(work, { rules, scope, faults }) };
}

async function page(work: Work, resource: Resource, after: string): Promise<{ readonly rows: number; readonly last: string }> {
  const [found] = await work.rows<{
    rows: number;
    last: string | null;
  }>(sql`select count(*)::integer as rows, max(p.id::text) as last from (
    select t.id from ${trusted(resource.table)} t where t.tenant_id = ${work.tenantId}${trusted(kindCondition(resource, 't'))} and t.id > ${after}::uuid
    order by t.id limit ${rowsAtOnce}) p`);
  return { rows: found?.rows ?? 0, last: found?.last ?? after };
}
