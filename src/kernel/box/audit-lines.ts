import { anchorText } from '../audit/verify-chain.js';
import { sealValues, unsealValues, unwrap } from '../audit/record-keys.js';
import type { OpenWork } from '../db/open-work.js';

/** Tables that hold what only this installation can make: its seals and signatures stay here, what is under them travels. */
export const keysTable = 'kernel.record_keys';
export const anchorsTable = 'kernel.audit_anchors';

interface KeyRow {
  readonly record_id: string;
  readonly key: string;
}
interface AnchorRow {
  readonly day: string;
  readonly seq: number;
  readonly hash: string;
  readonly made_at: string;
  readonly signature: string;
}

/** How a line of a table is written to the box, where that is not as the database has it; null: not at all. */
export function lineOut(work: OpenWork, table: string): ((line: string) => string | null) | null {
  if (table === keysTable) return (line) => keyOut(work, line);
  return table === anchorsTable ? (line) => anchorOut(work, line) : null;
}

/** A key nobody can open opens nothing elsewhere either. */
function keyOut({ tenantId, connection }: OpenWork, line: string): string | null {
  const { record_id: recordId, key } = JSON.parse(line) as KeyRow;
  const opened = unwrap(connection.installationKey, bytesOf(key), { tenantId, recordId });
  return opened && JSON.stringify({ record_id: recordId, key: hexOf(opened) });
}

/** Whether the signature was good, for the next installation to sign what this one had signed, and nothing else. */
function anchorOut(work: OpenWork, line: string): string {
  const { signature, ...anchor } = JSON.parse(line) as AnchorRow;
  const isGood = work.links.verify('audit-anchor', anchorText(work.tenantId, anchor.seq, anchor.hash.slice(2)), signature);
  return JSON.stringify({ ...anchor, signature: isGood ? 'good' : 'bad' });
}

/** `\x…`, as PostgreSQL writes bytes. */
export const bytesOf = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');
export const hexOf = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;

export interface Moved {
  readonly from: string;
  readonly to: string;
}

/** What was sealed for a record of one tenant, sealed for that of another; what nobody can open any more stays as it is. */
export function reseal(sealed: string, key: Buffer | undefined, recordId: string, { from, to }: Moved): string {
  const before = recordId === to ? from : recordId;
  const values = key && unsealValues(key, bytesOf(sealed), { tenantId: from, recordId: before });
  return key && values ? hexOf(sealValues(key, values, { tenantId: to, recordId })) : sealed;
}
