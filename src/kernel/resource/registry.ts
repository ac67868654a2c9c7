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

/** All definitions of a process, by name, with the relations between them worked out. */
export interface Registry {
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

export function buildRegistry(modules: readonly ModuleSpec[]): Registry {
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
  return {
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
