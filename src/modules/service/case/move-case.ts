import { conflict } from '#kernel/errors/domain-error.js';
import type { RowPatch } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { isOver, mayMove, nextStates, type CaseState } from '../domain/case-states.js';
import { CaseMoved } from '../events.js';
import { CaseSegment } from './case-segment.resource.js';
import { Case } from './case.resource.js';

export const moveErrors = {
  'case.illegal_transition': 'The case is in a state from which this is not possible; `details` names the states that are.',
} as const;

export interface Move {
  readonly to: CaseState;
  readonly reason?: string | null | undefined;
  /** Fields that change with the state. */
  readonly patch?: RowPatch<typeof Case>;
  /** Only a reopening leads out of an end: it begins a new cycle. */
  readonly reopening?: true;
}

/** The only way a case changes its state: closes the open segment, opens the next, tells. The case is locked by the caller, who plans its clocks afterwards. */
export async function moveCase(work: Work, kase: Case, { to, reason = null, patch = {}, reopening }: Move): Promise<Case> {
  const from = kase.status;
  const revives = isOver(from) && !isOver(to);
  if (!mayMove(from, to) || revives !== (reopening ?? false)) {
    throw conflict('case.illegal_transition', `A case that is ${from} cannot become ${to}.`, { from, to, allowed: nextStates(from) });
  }
  const moved = await work.system.repo(Case).update(kase.id, { status: to, waitReason: null, waitUntil: null, ...patch });
  await nextSegment(work, moved, reason);
  await work.emit(CaseMoved, { caseId: kase.id, from, to, reason, cycleNo: moved.cycleNo }, { resource: 'case', id: kase.id });
  return moved;
}

/** The first segment of a case begins when the customer asked. */
export async function firstSegment(work: Work, kase: Case): Promise<void> {
  const { id: caseId, ownerId, openedAt: startedAt, status, cycleNo } = kase;
  await work.system.repo(CaseSegment).create({ caseId, ownerId, seq: 1, startedAt, status, cycleNo, actorId: work.actor.userId });
}

async function nextSegment(work: Work, kase: Case, reason: string | null): Promise<void> {
  const segments = work.system.repo(CaseSegment);
  const { id: caseId, ownerId, status, cycleNo } = kase;
  const open = await openSegment(work, caseId);
  // Who waited for the lock read the clock before him who held it: the ledger never goes back.
  const at = open.startedAt > work.now ? open.startedAt : work.now;
  await segments.update(open.id, { endedAt: at });
  await segments.create({ caseId, ownerId, seq: open.seq + 1, startedAt: at, status, reason, cycleNo, actorId: work.actor.userId });
}

/** The stretch a case is in. */
export async function openSegment(work: Work, caseId: string): Promise<CaseSegment> {
  const open = await work.system.repo(CaseSegment).first({ caseId, endedAt: null });
  if (!open) throw new Error(`The case ${caseId} has no open segment.`);
  return open;
}
