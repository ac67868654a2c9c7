import type { Work } from '#kernel/usecase/work.js';
import type { Case } from '../case/case.resource.js';
import { rungThatSpeaks } from '../domain/escalation-actions.js';
import { CaseEscalated } from '../events.js';
import { EscalationStep } from '../level/escalation-step.resource.js';
import { act, type Firing, type Rung } from './act.js';
import { EscalationEffect } from './escalation-effect.resource.js';
import { Escalation } from './escalation.resource.js';
import { CaseTimer } from './case-timer.resource.js';

/**
 * Fires every rung of a clock whose time has come, lowest first. The case is locked, each row fires once, and each action leaves one
 * effect row under a unique key: delivering the task again finds nothing pending.
 */
export async function fireEscalations(work: Work, kase: Case, timerId: string): Promise<void> {
  const rungs = await dueRungs(work, timerId);
  if (rungs.length === 0) return;
  const timer = await work.system.repo(CaseTimer).get(timerId);
  const speaker = rungThatSpeaks(rungs);
  for (const rung of rungs) {
    await fire(work, {
      kase,
      timer,
      rung,
      silent: rung !== speaker,
      others: rung === speaker ? rungs.filter((other) => other !== rung) : [],
    });
  }
}

async function dueRungs(work: Work, timerId: string): Promise<Rung[]> {
  const pending = await work.system.repo(Escalation).list({ timerId, state: 'pending' }, { orderBy: ['fireAt', 'level'] });
  const due = pending.filter((row) => row.fireAt !== null && row.fireAt <= work.now);
  const steps = new Map((await work.system.repo(EscalationStep).list({ id: due.map((row) => row.stepId) })).map((step) => [step.id, step]));
  return due.map((row) => ({ row, level: row.level, actions: steps.get(row.stepId)?.actions ?? [] }));
}

async function fire(work: Work, firing: Firing): Promise<void> {
  const { timer, rung } = firing;
  const { id: escalationId, caseId, ownerId, level } = rung.row;
  for (const [actionNo, action] of rung.actions.entries()) {
    const effect = { escalationId, caseId, ownerId, actionNo, kind: action.kind };
    const { id } = await work.system.repo(EscalationEffect).create({ ...effect, outcome: 'done' });
    const { outcome, detail } = await act(work, firing, action, id);
    await work.system.repo(EscalationEffect).update(id, { outcome, detail });
  }
  const silenced = firing.silent && rung.actions.some((action) => action.kind === 'notify');
  await work.system.repo(Escalation).update(escalationId, { state: silenced ? 'collapsed' : 'fired', firedAt: work.now });
  const { id: timerId, metric } = timer;
  await work.emit(
    CaseEscalated,
    { caseId, timerId, escalationId, metric, level, fireAt: rung.row.fireAt ?? work.now },
    { resource: 'case', id: caseId },
  );
}
