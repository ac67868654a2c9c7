import { createHash } from 'node:crypto';
import type { Field } from '#kernel/resource/fields.js';
import { isUuid } from '#kernel/resource/ids.js';
import { afterOf, beforeOf, typeFor, type Changes, type TypeSpec, type Verb } from '../domain/types.js';
import type { Source } from './sources.js';

/** A change of a record, as the audit has it. */
export interface Change {
  readonly id: string;
  readonly at: Date;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_label: string;
  readonly resource: string;
  readonly record_id: string;
  readonly action: Verb;
  readonly changes: Changes;
}

export interface NewEntry {
  readonly id: string;
  readonly record_id: string;
  readonly at: Date;
  readonly seq: string;
  readonly type: string;
  readonly verb: string;
  readonly via: string;
  readonly source_kind: string;
  readonly source_id: string;
  readonly tells: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_label: string | null;
}

/** Values of these kinds tell of no person: texts are read from the records themselves. */
const plainKinds: ReadonlySet<string> = new Set(['choice', 'boolean', 'integer', 'decimal', 'money', 'date', 'instant', 'ref']);
const mostParams = 20;

export const isPlain = ({ kind, options, stored }: Field): boolean =>
  plainKinds.has(kind) && !options.hidden && !options.personal && !options.sensitive && stored?.in !== 'formula';

/** Whether the records referred to at the time have to be known, besides those the change names. */
export const needsRefs = (source: Source, { action, changes }: Change): boolean =>
  action === 'updated' && (source.kind === 'relation' || typeFor(source.resource.name, 'updated', changes) !== null);

/** What of a change is shown, and on which records. `refs` are the records it referred to then, by field. */
export function entriesOf(source: Source, change: Change, refs: ReadonlyMap<string, string>): NewEntry[] {
  const write = new Writer(source, change);
  if (source.kind === 'kept') return write.kept(refs);
  return source.kind === 'relation' ? write.relation(refs) : write.told(refs);
}

type Verbs = Verb | 'linked' | 'unlinked';

class Writer {
  private readonly type: TypeSpec | null;

  constructor(
    private readonly source: Source,
    private readonly change: Change,
  ) {
    this.type = typeFor(source.resource.name, change.action, change.changes);
  }

  kept(refs: ReadonlyMap<string, string>): NewEntry[] {
    const { action } = this.change;
    const name = this.type?.name ?? null;
    if (action === 'created')
      return [this.own('created', name), ...this.named(afterOf).map(([via, id]) => this.entry(name, 'created', via, id))];
    if (action === 'deleted') return this.named(beforeOf).map(([via, id]) => this.entry(null, 'deleted', via, id));
    if (name === null) return [...(this.tells().length > 0 ? [this.own('updated')] : []), ...this.left(), ...this.joined()];
    // What it came to refer to is told what happened, which says more than that it came.
    return [this.own('updated', name), ...[...refs].map(([via, id]) => this.entry(name, 'updated', via, id)), ...this.left()];
  }

  /** Its own records have no timeline, so only what has a name is told of them. */
  told(refs: ReadonlyMap<string, string>): NewEntry[] {
    const { action } = this.change;
    const name = this.type?.name;
    if (name === undefined || action === 'deleted') return [];
    const named = action === 'created' ? this.named(afterOf) : [...refs];
    return named.map(([via, id]) => this.entry(name, action, via, id));
  }

  relation(refs: ReadonlyMap<string, string>): NewEntry[] {
    const { action } = this.change;
    if (action === 'created') return this.named(afterOf).map(([via, id]) => this.entry(null, 'linked', via, id));
    if (action === 'deleted') return this.named(beforeOf).map(([via, id]) => this.entry(null, 'unlinked', via, id));
    const changed = this.tells().length > 0 ? [...refs].map(([via, id]) => this.entry(null, 'updated', via, id)) : [];
    return [...changed, ...this.left(), ...this.joined()];
  }

  /** Records the change names, before or after it. */
  private named(side: typeof afterOf): [string, string][] {
    return this.source.refs.flatMap((via): [string, string][] => {
      const id = side(this.change.changes, via);
      return typeof id === 'string' && isUuid(id) ? [[via, id]] : [];
    });
  }

  /** Records a reference turned away from, and those it turned to. */
  private left = (): NewEntry[] => this.named(beforeOf).map(([via, id]) => this.entry(null, 'unlinked', via, id));
  private joined = (): NewEntry[] => this.named(afterOf).map(([via, id]) => this.entry(null, 'linked', via, id));

  /** Fields people know of: what the machine keeps for itself is no news. */
  private tells(): string[] {
    const { fields } = this.source.resource;
    return Object.keys(this.change.changes).filter((name) => {
      const options = fields[name]?.options;
      return options !== undefined && !options.hidden && (options.writer !== 'system' || name === this.type?.when?.field);
    });
  }

  private own = (verb: Verbs, name: string | null = null): NewEntry => this.entry(name, verb, '', this.change.record_id);

  private entry(name: string | null, verb: Verbs, via: string, recordId: string): NewEntry {
    const { id, actor_kind, actor_id, actor_label, record_id, resource } = this.change;
    const type = name ?? `${resource}_${verb}`;
    // A relation says whom it joins, what is told on others only has nowhere else to be looked up.
    const hasFields = verb === 'updated' || this.source.kind !== 'kept';
    const isPerson = actor_kind === 'user' || actor_kind === 'api_key';
    return {
      id: uuidOf(`${recordId}/${id}/${type}/${via}`),
      record_id: recordId,
      at: this.happened(name),
      seq: id,
      type,
      verb,
      via,
      source_kind: resource,
      source_id: record_id,
      tells: hasFields ? this.tells() : [],
      params: hasFields ? this.params() : {},
      actor_kind,
      actor_id,
      // People are called by what they are called when it is read.
      actor_label: isPerson ? null : actor_label,
    };
  }

  private params(): Record<string, unknown> {
    const { fields } = this.source.resource;
    const shown = this.tells().filter((name) => {
      const field = fields[name];
      return field !== undefined && isPlain(field);
    });
    const { changes } = this.change;
    return Object.fromEntries(shown.slice(0, mostParams).map((name) => [name, [beforeOf(changes, name), afterOf(changes, name)]]));
  }

  /** Never later than it was written down. */
  private happened(name: string | null): Date {
    const said = name !== null && this.type?.at ? afterOf(this.change.changes, this.type.at) : null;
    const at = typeof said === 'string' ? new Date(said) : this.change.at;
    return at < this.change.at ? at : this.change.at;
  }
}

/** The same entry has the same id however often it is made. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
