import { openWorkOf } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { sql } from '../db/sql.js';
import { DomainError } from '../errors/domain-error.js';
import { defineJob } from '../usecase/define-job.js';
import { auditAnchored } from './anchored.event.js';
import { anchorText, verifyChain } from './verify-chain.js';

const mostLinks = 300_000;

export const anchorChain = defineJob({
  name: 'audit.anchor',
  description:
    'Looks at the links of the audit made since the last anchor and writes down the last of them, signed. A broken chain is not anchored.',
  payload: {},
  everyMinutes: 1440,

  async run(_, given) {
    const work = openWorkOf(given);
    const [last] = await work.rows<{ seq: string }>(
      sql`select seq from kernel.audit_anchors where tenant_id = ${work.tenantId} order by seq desc limit 1`,
    );
    const from = Number(last?.seq ?? 1);
    const { intact, verifiedTo, brokenSeq, problem } = await verifyChain(work, { fromSeq: from, most: mostLinks });
    if (!intact)
      throw new DomainError('conflict', 'audit.chain_broken', `The audit is broken at link ${brokenSeq ?? 0}: ${problem ?? ''}.`, {
        seq: brokenSeq,
      });
    if (verifiedTo > Number(last?.seq ?? 0)) await writeAnchor(work, verifiedTo);
  },
});

async function writeAnchor(work: OpenWork, seq: number): Promise<void> {
  const [link] = await work.rows<{ hash: string }>(
    sql`select encode(hash, 'hex') as hash from kernel.audit_chain where tenant_id = ${work.tenantId} and seq = ${seq}`,
  );
  if (!link) return;
  const signature = work.links.sign('audit-anchor', anchorText(work.tenantId, seq, link.hash));
  const written = await work.rows(sql`insert into kernel.audit_anchors (tenant_id, day, seq, hash, made_at, signature)
    values (${work.tenantId}, (${work.now}::timestamptz at time zone 'UTC')::date, ${seq}, decode(${link.hash}, 'hex'), ${work.now}, ${signature})
    on conflict do nothing returning seq`);
  if (written.length > 0) await work.emit(auditAnchored, { seq, hash: link.hash });
}
