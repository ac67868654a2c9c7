export const ACTION_KINDS = ['notify', 'reassign', 'raise_priority'] as const;
export const RECIPIENTS = ['owner', 'manager', 'team', 'user'] as const;

/** What a rung does. `to` belongs to notify; `userId` and `teamId` to reassign and to `to: 'user'`. */
export interface EscalationAction {
  readonly kind: (typeof ACTION_KINDS)[number];
  readonly to?: (typeof RECIPIENTS)[number] | null | undefined;
  readonly userId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
}

/** What an action lacks, or null when it is complete. */
export function actionProblem(action: EscalationAction): string | null {
  if (action.kind === 'notify' && !action.to) return 'notify says to whom';
  if (action.kind === 'notify' && action.to === 'user' && !action.userId) return 'notify to a user names the user';
  if (action.kind === 'reassign' && !action.userId && !action.teamId) return 'reassign names a user or a team';
  return null;
}

/**
 * After a standstill several rungs are due at once. All act on the case, in order, but only one notice goes out:
 * that of the highest rung that notifies, which then speaks for the others.
 */
export function rungThatSpeaks<R extends { readonly level: number; readonly actions: readonly EscalationAction[] }>(
  rungs: readonly R[],
): R | null {
  const speaking = rungs.filter((rung) => rung.actions.some((action) => action.kind === 'notify'));
  return speaking.reduce<R | null>((highest, rung) => (highest === null || rung.level >= highest.level ? rung : highest), null);
}
