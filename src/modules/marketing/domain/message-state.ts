export const messageStates = ['queued', 'sending', 'sent', 'unknown', 'failed', 'suppressed', 'cancelled', 'expired'] as const;
export type MessageState = (typeof messageStates)[number];

/** Minutes to wait after the first, second … deferral; the last one repeats. */
const DEFERRALS = [1, 5, 15, 60, 240];

/** When a server that said "later" is asked again, or null when that would be too late for the message. */
export function nextTry(attempts: number, now: Date, latest: Date): Date | null {
  const minutes = DEFERRALS[Math.min(attempts, DEFERRALS.length) - 1] ?? 1;
  const at = new Date(now.getTime() + minutes * 60_000);
  return at > latest ? null : at;
}

/** Whether a refusal means that the address itself is dead (RFC 3463 class 5.1.x, or the plain 550 "no such user"). */
export const isDeadAddress = (response: string): boolean => /(^|\s)5\.1\.(1|2|3|6|10)(\s|$)/.test(response);
