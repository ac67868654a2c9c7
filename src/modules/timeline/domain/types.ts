/** A kind of thing that happens to records of one kind, and is shown on timelines. The first that fits a change names it. */
export interface TypeSpec {
  /** `opportunity_won`. */
  readonly name: string;
  /** Kind of the record it happens to. */
  readonly of: string;
  readonly on: readonly Verb[];
  /** Only where this field changed, to one of these values where some are named. */
  readonly when?: { readonly field: string; readonly to?: readonly string[] };
  /** The field that says when it happened, where that may be before it was written down. */
  readonly at?: string;
}

export type Verb = 'created' | 'updated' | 'deleted';

/** Kinds of the product that have a timeline. Whatever happens to their records is shown on it, and on those of the records they refer to. */
export const keptKinds = ['account', 'contact', 'lead', 'opportunity', 'activity', 'case'] as const;

/** Kinds whose records are shown on the timelines of others only, and only where a type below says so. */
export const toldKinds = ['consent', 'case_message', 'outbound_message'] as const;

const status = (of: string, name: string, to: string): TypeSpec => ({
  name: `${of}_${name}`,
  of,
  on: ['updated'],
  when: { field: 'status', to: [to] },
});

const consent = (name: string): TypeSpec => ({
  name: `consent_${name}`,
  of: 'consent',
  on: ['created', 'updated'],
  when: { field: 'status', to: [name] },
  at: 'changedAt',
});

const message = (name: string, direction: string): TypeSpec => ({
  name: `case_message_${name}`,
  of: 'case_message',
  on: ['created'],
  when: { field: 'direction', to: [direction] },
  at: 'sentAt',
});

export const types: readonly TypeSpec[] = [
  status('lead', 'qualified', 'qualified'),
  status('lead', 'disqualified', 'disqualified'),
  status('lead', 'converted', 'converted'),
  status('opportunity', 'won', 'won'),
  status('opportunity', 'lost', 'lost'),
  status('opportunity', 'reopened', 'open'),
  { name: 'opportunity_moved', of: 'opportunity', on: ['updated'], when: { field: 'stageId' } },
  { name: 'activity_completed', of: 'activity', on: ['created', 'updated'], when: { field: 'doneAt' }, at: 'doneAt' },
  status('case', 'resolved', 'resolved'),
  status('case', 'closed', 'closed'),
  { name: 'case_reopened', of: 'case', on: ['updated'], when: { field: 'reopenCount' } },
  { name: 'case_moved', of: 'case', on: ['updated'], when: { field: 'status' } },
  { name: 'case_assigned', of: 'case', on: ['updated'], when: { field: 'ownerId' } },
  { name: 'case_priority_changed', of: 'case', on: ['updated'], when: { field: 'priority' } },
  message('sent', 'outbound'),
  message('received', 'inbound'),
  message('noted', 'note'),
  consent('granted'),
  consent('withdrawn'),
  { name: 'outbound_message_sent', of: 'outbound_message', on: ['updated'], when: { field: 'status', to: ['sent'] }, at: 'sentAt' },
];

/** What a change did to a field: what it was and what it is; `sealed` where the audit keeps it closed. */
export type Changes = Readonly<Record<string, unknown>>;

export const beforeOf = (changes: Changes, field: string): unknown => pairOf(changes[field])?.[0] ?? null;
export const afterOf = (changes: Changes, field: string): unknown => pairOf(changes[field])?.[1] ?? null;
const pairOf = (change: unknown): readonly unknown[] | null => (Array.isArray(change) && change.length === 2 ? change : null);

/** The type that names a change; null where none does and it is nothing but a change. */
export function typeFor(of: string, verb: Verb, changes: Changes): TypeSpec | null {
  return types.find((type) => type.of === of && type.on.includes(verb) && fits(type, changes)) ?? null;
}

function fits({ when }: TypeSpec, changes: Changes): boolean {
  if (!when) return true;
  const after = afterOf(changes, when.field);
  if (after === null) return false;
  return when.to === undefined || (typeof after === 'string' && when.to.includes(after));
}
