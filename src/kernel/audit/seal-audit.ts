import type { Exec } from '../outbox/exec.js';

/** Entries of one round: so many keep no transaction open for long. */
const batch = 5_000;

/**
 * Chains entries, of all tenants, whose transactions are over. Any number of processes may call it: one of them works, the others have
 * nothing to do. Returns how many entries it took.
 */
export async function sealAudit(exec: Exec, limit = batch): Promise<number> {
  const { rows } = await exec('select kernel.seal_audit($1) as sealed', [limit]);
  return Number(rows[0]?.['sealed'] ?? 0);
}
