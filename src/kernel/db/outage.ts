import { DomainError, unavailable } from '../errors/domain-error.js';

/** The server stops, starts or has no connection left; or the line to it broke. */
const states = /^(08[0-9A-Z]{3}|57P0[123]|53300)$/;
const lines = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);
/** Where pg and its pool give no code. */
const words = /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/** Deadlocks and serialisation failures are nobody's fault: what met one is worth running again. */
export const isCollision = (error: unknown): boolean => ['40001', '40P01'].includes(String((error as { code?: unknown } | null)?.code));

/** What a client is told when the database is away or too busy: nothing is wrong with his request, it may be sent again. Null for any other error. */
export function outage(error: unknown): DomainError | null {
  if (!(error instanceof Error) || error instanceof DomainError) return null;
  if (isCollision(error))
    return unavailable('database.busy', 'Others change the same records at this moment. Send the request again.', { retryAfter: 1 });
  if (!isOutage(error)) return null;
  return unavailable('database.unavailable', 'The database does not answer at the moment. Send the request again.', { retryAfter: 2 });
}

function isOutage(error: Error): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? states.test(code) || lines.has(code) : words.test(error.message);
}

/** PostgreSQL says so, over a connection it goes on with. */
export function isRefusal(error: unknown): boolean {
  const { severity, code } = (error ?? {}) as { readonly severity?: unknown; readonly code?: unknown };
  return typeof severity === 'string' && !/^(57P|08)/.test(String(code));
}
