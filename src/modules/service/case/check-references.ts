import { invalid, type FieldProblem } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { contactCard } from '#modules/customers/api.js';
import { activeUser, teamExists } from '../notification/recipients.js';

export interface Relations {
  readonly accountId?: string | null | undefined;
  readonly contactId?: string | null | undefined;
  readonly productId?: string | null | undefined;
}

/** Refuses relations to records the actor may not see, and fills in the account of the contact. */
export async function checkRelations(
  work: Work,
  relations: Relations,
): Promise<{ accountId: string | null; contactId: string | null; productId: string | null }> {
  const { contactId = null, productId = null } = relations;
  const contact = contactId === null ? null : await contactCard(work, contactId);
  refuse([
    ...(contactId !== null && !contact ? ['contactId'] : []),
    ...(await unseen(work, 'account', 'accountId', relations.accountId)),
    ...(await unseen(work, 'product', 'productId', productId)),
  ]);
  return { accountId: relations.accountId ?? contact?.accountId ?? null, contactId, productId };
}

export interface Assignees {
  readonly ownerId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
}

/** Work goes to people who are there and whom the actor may see, and to teams that exist. */
export async function checkAssignees(work: Work, { ownerId, teamId }: Assignees): Promise<void> {
  const hidden = ownerId === work.actor.userId ? [] : await unseen(work, 'user', 'ownerId', ownerId);
  if (ownerId && (hidden.length > 0 || (await activeUser(work, ownerId)).length === 0))
    throw invalid('case.owner_inactive', assigneeErrors['case.owner_inactive'], { ownerId });
  refuse(teamId && !(await teamExists(work, teamId)) ? ['teamId'] : []);
}
export const assigneeErrors = { 'case.owner_inactive': 'The new owner does not exist or is not active.' } as const;

async function unseen(work: Work, resource: string, field: string, id: string | null | undefined): Promise<string[]> {
  if (!id) return [];
  const row = await work.repo(work.resource(resource)).find(id);
  return row ? [] : [field];
}

function refuse(fields: readonly string[]): void {
  if (fields.length === 0) return;
  const errors = fields.map((name): FieldProblem => ({ path: `/${name}`, code: 'not_found', message: 'names no record you may see' }));
  throw invalid('input.reference_not_found', 'The record named by a reference does not exist, or you may not see it.', { errors });
}
