import { fieldRight, visibleNames } from '#kernel/access/field-rights.js';
import { titlesOf } from '#kernel/read/titles.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import { textOf } from '#kernel/pure/text.js';
import { codeOf } from '#kernel/resource/ids.js';
import { Formats, isWritten } from '#kernel/text/formats.js';
import { fieldLabels, nameIn, type FieldLabels, type Labeller } from '#kernel/text/labels.js';
import { spoken } from '#kernel/text/language.js';
import type { Work } from '#kernel/usecase/work.js';
import { sentence } from '../domain/sayings.js';
import { isPlain } from '../feed/entries-of.js';
import { notesOn, type Notes } from '../mark/notes-on.js';
import type { KeptEntry } from './read-entries.js';

/** Words for everything, in the language of a BCP 47 tag. */
export type LabellerOf = (language: string | undefined) => Labeller;

/** Entries as they are told to the actor: in his language, with names and values he may see. */
export async function shown(work: Work, entries: readonly KeptEntry[], labellerOf: LabellerOf) {
  const titles = await titlesOf(work, idsByKind(work, entries));
  const notes = await notesOn(work, entries);
  const teller = new Teller(work, labellerOf, titles);
  // Whoever is told of a record he cannot read may read all of its kind: it has been deleted.
  return entries.map((entry) => teller.tell(entry, titles.has(entry.source_id), notes));
}

/** The records, and of the actors the users, that entries name. */
function idsByKind({ definitions }: Work, entries: readonly KeptEntry[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, Set<string>>();
  const add = (kind: string | undefined, id: unknown) => {
    if (kind !== undefined && typeof id === 'string' && codeOf(id) !== null) ids.set(kind, (ids.get(kind) ?? new Set()).add(id));
  };
  for (const { source_kind, source_id, actor_kind, actor_id, params } of entries) {
    add(source_kind, source_id);
    if (actor_kind === 'user') add('user', actor_id);
    for (const [target, id] of refsIn(definitions.resources.get(source_kind), params)) add(target, id);
  }
  return new Map([...ids].map(([kind, some]) => [kind, [...some]]));
}

const refsIn = (resource: Resource | undefined, params: KeptEntry['params']): [string, unknown][] =>
  Object.entries(params).flatMap(([name, values]): [string, unknown][] => {
    const field = resource?.fields[name];
    return field?.kind === 'ref' && field.target ? pairOf(values).map((id) => [field.target ?? '', id]) : [];
  });

class Teller {
  private readonly labeller: Labeller;
  private readonly formats: Formats;
  private readonly wishes: readonly string[];
  private readonly labels = new Map<string, ReadonlyMap<string, FieldLabels>>();

  constructor(
    private readonly work: Work,
    labellerOf: LabellerOf,
    private readonly titles: ReadonlyMap<string, string>,
  ) {
    const { language = 'en', timeZone = 'UTC', reads = [] } = work.actor;
    this.labeller = labellerOf(language);
    this.formats = new Formats(isWritten(language) ? language : 'en', timeZone);
    this.wishes = [...reads, language];
  }

  tell(entry: KeptEntry, isThere: boolean, notes: Notes) {
    const resource = this.work.definitions.resource(entry.source_kind);
    const kind = resource.labels ? nameIn(resource.labels, this.wishes) : this.labeller.noun(resource.name);
    const name = this.titles.get(entry.source_id) || null;
    const changes = this.changes(resource, entry);
    const fields = changes.map(({ label }) => label);
    const said = { type: entry.type, verb: entry.verb, kind, name, isDeleted: !isThere, fields };
    return {
      id: entry.id,
      recordId: entry.record_id,
      at: entry.at,
      type: entry.type,
      text: sentence(spoken(this.work.actor.language) ?? 'en', said).slice(0, 4000),
      via: entry.via === '' ? null : entry.via,
      actor: { type: entry.actor_kind, id: entry.actor_id, name: entry.actor_label ?? (this.titles.get(entry.actor_id ?? '') || null) },
      source: { id: entry.source_id, resource: resource.name, kind, name, isDeleted: !isThere },
      changes,
      ...notes.on(entry),
    };
  }

  private changes(resource: Resource, { tells, params }: KeptEntry) {
    const known = tells.filter((name) => Object.hasOwn(resource.fields, name));
    return visibleNames(this.work.actor, resource, known).flatMap((name) => {
      const field = resource.fields[name];
      const labels = this.labelsOf(resource).get(name);
      if (!field || !labels) return [];
      const [before, after] =
        isPlain(field) && fieldRight(this.work.actor, resource, name) !== 'mask' ? pairOf(params[name]) : [null, null];
      return [{ field: name, label: labels.label, before: this.written(field, labels, before), after: this.written(field, labels, after) }];
    });
  }

  private written(field: Field, { choices }: FieldLabels, value: unknown): string | null {
    if (value === null || value === undefined) return null;
    if (field.kind === 'ref') return this.titles.get(textOf(value)) || null;
    if (field.kind === 'choice') return choices.find(({ name }) => name === value)?.label ?? textOf(value);
    return typeof value === 'boolean' ? this.labeller.truth(value) : this.formats.field(field, value);
  }

  private labelsOf(resource: Resource): ReadonlyMap<string, FieldLabels> {
    const known =
      this.labels.get(resource.name) ?? new Map(fieldLabels(this.labeller, resource, this.wishes).map((one) => [one.name, one]));
    this.labels.set(resource.name, known);
    return known;
  }
}

const pairOf = (value: unknown): readonly [unknown, unknown] => (Array.isArray(value) ? [value[0], value[1]] : [null, null]);
