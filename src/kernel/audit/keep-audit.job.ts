import { openWorkOf } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { defineJob } from '../usecase/define-job.js';
import { noteAudit } from './note-audit.js';
import { AuditRetention, usualMonths } from './retention.resource.js';

const batch = 5_000;
const mostBatches = 40;

export const keepAudit = defineJob({
  name: 'audit.keep',
  description: 'Makes room for the entries of the coming months and lets go of those whose time is over and that no legal hold covers.',
  payload: {},
  everyMinutes: 1440,

  async run(_, given) {
    const work = openWorkOf(given);
    await work.exec(`select kernel.make_audit_months($1::timestamptz + interval '3 months')`, [work.now]);
    const rules = await work.repo(AuditRetention).list({});
    for (const name of ['change', 'access', 'export'] as const) {
      const own = rules.filter((rule) => rule.class === name).map((rule) => rule.months);
      const months = own.length > 0 ? longest(own) : usualMonths[name];
      if (months !== null) await letGo(work, name, monthsBefore(work.now, months));
    }
  },
});

/** Of several rules the one that keeps longest; null is for ever. */
const longest = (months: readonly (number | null)[]): number | null =>
  months.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0);

/** That entries go is itself an entry, by which it is known that they are missing rightly. */
async function letGo(work: OpenWork, name: 'change' | 'access' | 'export', before: Date): Promise<void> {
  let gone = 0;
  for (let i = 0; i < mostBatches; i++) {
    const { rows } = await work.exec('select kernel.purge_audit($1, $2, $3) as gone', [name, before, batch]);
    const some = Number(rows[0]?.['gone'] ?? 0);
    gone += some;
    if (some < batch) break;
  }
  if (gone === 0) return;
  await noteAudit(work, {
    resource: 'audit',
    recordId: work.tenantId,
    action: 'purged',
    class: 'security',
    changes: { class: [null, name], before: [null, before.toISOString()], entries: [gone, 0] },
  });
}

function monthsBefore(now: Date, months: number): Date {
  const before = new Date(now);
  before.setUTCMonth(before.getUTCMonth() - months);
  return before;
}
