import type { Command, Query } from '../usecase/define-command.js';
import type { DomainEvent } from '../usecase/define-event.js';
import type { Subscriber, Task } from '../usecase/define-job.js';
import type { ModuleSpec } from '../usecase/define-module.js';
import { recordEvent } from '../usecase/define-event.js';
import type { Resource } from './define-resource.js';
import { codeOfResource } from './ids.js';

/** A list of rows that point at a resource: `account.contacts`. */
export interface Inverse {
  readonly name: string;
  readonly from: Resource;
  readonly refField: string;
}

/** What a tenant's definitions lack of the installation's, by name, and the module or part whose absence takes each away. */
export interface Absent {
  readonly resources: ReadonlyMap<string, string>;
  /** What is left of neither by resources nor by verbs. */
  readonly nouns: ReadonlyMap<string, string>;
  /** Commands and queries. */
  readonly useCases: ReadonlyMap<string, string>;
  /** Entries of rights (`lead:*`) that mean nothing without them. */
  readonly rights: readonly string[];
}

/**
 * Definitions by name, with the relations between them worked out: those of the whole installation, or the variant of them that one tenant
 * has (docs/adr/0017). Variants are values like any other: caches are kept by them, or by their keys.
 */
export interface Registry {
  /** Empty for the whole installation. Variants of the same key are the same. */
  readonly key: string;
  /** The definitions of the installation, which a variant was made of; of itself for those. */
  readonly whole: Registry;
  readonly absent: Absent;
  readonly modules: readonly ModuleSpec[];
  readonly resources: ReadonlyMap<string, Resource>;
  readonly byCode: ReadonlyMap<number, Resource>;
  readonly inverses: ReadonlyMap<string, readonly Inverse[]>;
  readonly commands: ReadonlyMap<string, Command>;
  readonly queries: ReadonlyMap<string, Query>;
  readonly events: ReadonlyMap<string, DomainEvent>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly subscribers: readonly Subscriber[];
  resource(name: string): Resource;
}

const nothing: Absent = { resources: new Map(), nouns: new Map(), useCases: new Map(), rights: [] };

/** The definitions of the installation; those of a variant where told what it is. */
export function buildRegistry(modules: readonly ModuleSpec[], variant?: Pick<Registry, 'key' | 'whole' | 'absent'>): Registry {
  const resources = unique(
    'resource',
    modules.flatMap((m) => m.resources ?? []),
  );
  const events = unique('event', [
    ...modules.flatMap((m) => m.events ?? []),
    ...[...resources.values()].flatMap((r) => (['created', 'updated', 'deleted'] as const).map((verb) => recordEvent(r, verb))),
  ]);
  const resource = (name: string): Resource => {
    const found = resources.get(name);
    if (!found) throw new Error(`No module defines the resource "${name}".`);
    return found;
  };
  const registry: Omit<Registry, 'key' | 'whole' | 'absent'> = {
    modules,
    resources,
    byCode: codes(resources),
    inverses: inverses(resources, resource),
    commands: unique(
      'command',
      modules.flatMap((m) => m.commands ?? []),
    ),
    queries: unique(
      'query',
      modules.flatMap((m) => m.queries ?? []),
    ),
    events,
    tasks: unique(
      'job or effect',
      modules.flatMap((m): Task[] => [...(m.jobs ?? []), ...(m.effects ?? [])]),
    ),
    subscribers: [
      ...unique(
        'subscriber',
        modules.flatMap((m) => m.subscribers ?? []),
      ).values(),
    ],
    resource,
  };
  if (variant) return { ...registry, ...variant };
  return selfContained(registry);
}

function selfContained(parts: Omit<Registry, 'key' | 'whole' | 'absent'>): Registry {
  const registry: Registry = {
    ...parts,
    key: '',
    absent: nothing,
    get whole() {
      return registry;
    },
  };
  return registry;
}

function unique<T extends { readonly name: string }>(what: string, items: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of items) {
    if (map.has(item.name)) throw new Error(`Two definitions of the ${what} "${item.name}".`);
    map.set(item.name, item);
  }
  return map;
}

function codes(resources: ReadonlyMap<string, Resource>): Map<number, Resource> {
  const map = new Map<number, Resource>();
  for (const resource of resources.values()) {
    const code = codeOfResource(resource);
    const other = map.get(code);
    if (other) throw new Error(`The resources "${other.name}" and "${resource.name}" share the type code ${code}: rename one.`);
    map.set(code, resource);
  }
  return map;
}

function inverses(resources: ReadonlyMap<string, Resource>, resolve: (name: string) => Resource): Map<string, Inverse[]> {
  const map = new Map<string, Inverse[]>([...resources.keys()].map((name) => [name, []]));
  for (const from of resources.values()) {
    for (const [refField, field] of Object.entries(from.fields)) {
      if (field.kind !== 'ref') continue;
      const target = resolve(field.target ?? '');
      if (!field.inverse) continue;
      const list = map.get(target.name) ?? [];
      if (list.some((i) => i.name === field.inverse)) throw new Error(`${target.name}.${field.inverse} is made by two refs.`);
      list.push({ name: field.inverse, from, refField });
    }
  }
  return map;
}
