import type { Work } from '#kernel/usecase/work.js';
import type { Case } from '../case/case.resource.js';
import type { EscalationAction } from '../domain/escalation-actions.js';

export interface Recipient {
  readonly id: string;
  readonly locale: string;
  readonly timeZone: string;
}

/** Whom a notice goes to: active users only, nobody twice. */
export async function recipients(
  work: Work,
  kase: Pick<Case, 'ownerId' | 'teamId'>,
  { to, userId }: EscalationAction,
): Promise<Recipient[]> {
  switch (to) {
    case 'owner':
      return activeUser(work, kase.ownerId);
    case 'manager':
      return activeUser(work, await managerOf(work, kase.ownerId));
    case 'team':
      return kase.teamId === null ? [] : toRecipients(await users(work).list({ teamId: kase.teamId, active: true }));
    case 'user':
      return activeUser(work, userId ?? null);
    default:
      return [];
  }
}

export async function activeUser(work: Work, id: string | null): Promise<Recipient[]> {
  return id === null ? [] : toRecipients(await users(work).list({ id, active: true }));
}

export const teamExists = async (work: Work, id: string): Promise<boolean> =>
  (await work.system.repo(work.resource('team')).find(id)) !== null;

// Read through the definition, by name: identity owns the table, and these are settings of a person, not rights.
const users = (work: Work) => work.system.repo(work.resource('user'));
type UserRow = Awaited<ReturnType<ReturnType<typeof users>['list']>>[number];

async function managerOf(work: Work, ownerId: string | null): Promise<string | null> {
  const managerId = ownerId === null ? null : (await users(work).find(ownerId))?.['managerId'];
  return typeof managerId === 'string' ? managerId : null;
}

const toRecipients = (rows: readonly UserRow[]): Recipient[] =>
  rows.map((row) => ({ id: row.id, locale: String(row['locale']), timeZone: String(row['timeZone']) }));
