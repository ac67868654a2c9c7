import type { ModulePart, ModuleSpec } from '../usecase/define-module.js';
import type { Registry } from '../resource/registry.js';

/** A module, or a part of one, that a tenant may switch off. */
export interface Switch {
  /** `sales`, or `sales.leads` for a part. */
  readonly key: string;
  readonly module: ModuleSpec;
  /** Null: the module altogether. */
  readonly part: ModulePart | null;
  readonly label: string;
  readonly description: string;
  /** Keys without which it does not work; a part depends on its module. */
  readonly dependsOn: readonly string[];
  /** Keys it makes use of where they are on. */
  readonly optional: readonly string[];
}

const cache = new WeakMap<Registry, ReadonlyMap<string, Switch>>();

/** All that can be switched in this installation, by key; modules before their parts. Ground modules are not among them. */
export function switchesOf({ whole }: Registry): ReadonlyMap<string, Switch> {
  const known = cache.get(whole) ?? new Map(whole.modules.flatMap(ofModule).map((one) => [one.key, one]));
  cache.set(whole, known);
  return known;
}

function ofModule(module: ModuleSpec): Switch[] {
  const { name, description, switchable } = module;
  if (!switchable) return [];
  const { label, dependsOn = [], optional = [], parts = [] } = switchable;
  return [
    { key: name, module, part: null, label, description, dependsOn, optional },
    ...parts.map((part) => ({
      key: `${name}.${part.name}`,
      module,
      part,
      label: part.label,
      description: part.description,
      dependsOn: [name, ...(part.dependsOn ?? [])],
      optional: part.optional ?? [],
    })),
  ];
}

/** The keys a task of this name hangs on: none for the ground, the module's, and the part's. */
export function keysOfTask(registry: Registry, name: string): readonly string[] {
  const all = taskKeys.get(registry.whole) ?? indexTasks(registry.whole);
  taskKeys.set(registry.whole, all);
  return all.get(name) ?? [];
}

const taskKeys = new WeakMap<Registry, ReadonlyMap<string, readonly string[]>>();

function indexTasks(registry: Registry): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, string[]>();
  for (const one of switchesOf(registry).values()) for (const name of taskNames(one)) keys.set(name, [...(keys.get(name) ?? []), one.key]);
  return keys;
}

/** Jobs, effects and subscribers that rest while it is off. */
export function taskNames({ module, part }: Switch): string[] {
  const { jobs = [], effects = [], subscribers = [] } = part ?? module;
  return [...jobs, ...effects, ...subscribers].map(({ name }) => name);
}
