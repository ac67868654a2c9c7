/**
 * How a table travels in a box. Every table with a `tenant_id` does, whole, unless a rule says otherwise and why. What stands here is SQL of
 * our own, over the row `r`.
 */
export interface BoxRule {
  /** Why its rows stay behind. */
  readonly leftOut?: string;
  /** Its rows travel only when secrets are asked for. */
  readonly isSecret?: true;
  /** Which of its rows travel. */
  readonly where?: string;
  /** What is written for a column instead of its value; null: the column stays behind, and has its default on arrival. */
  readonly columns?: Readonly<Record<string, string | null>>;
  /** Columns that put its rows in order, where the table has no primary key. */
  readonly order?: readonly string[];
}
export type BoxRules = Readonly<Record<string, BoxRule>>;

/** Rules of the kernel's own tables; modules bring those of theirs. */
const ofKernel: BoxRules = {
  'kernel.idempotency_keys': {
    leftOut: 'Answers kept for repeated requests: whoever repeats one to another installation means another request.',
  },
  // Numbers of transactions mean nothing on another server.
  'kernel.audit_entries': { columns: { txid: null }, order: ['id'] },
  'kernel.audit_chain': { columns: { txid: null } },
  // What is told already stays told; the feed of changes begins anew.
  'kernel.outbox': { where: 'r.relayed_at is null', columns: { txid: null, relayed_at: null } },
  'kernel.tasks': {
    where: `r.state <> 'done'`,
    columns: {
      state: `case when r.state = 'failed' then 'failed' else 'pending' end`,
      fence: null,
      lease_until: null,
      rung_at: null,
    },
  },
};

interface Ruled {
  readonly boxRules?: BoxRules;
}

export const boxRulesOf = (modules: readonly Ruled[]): ReadonlyMap<string, BoxRule> =>
  new Map([ofKernel, ...modules.flatMap(({ boxRules }) => boxRules ?? [])].flatMap((rules) => Object.entries(rules)));
