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

const cache = new WeakMap<readonly ModuleSpec[], readonly Switch[]>();

/** All that can be switched, modules before their parts. Ground modules are not among them. */
export function switchesIn(modules: readonly ModuleSpec[]): readonly Switch[] {
  const known = cache.get(modules) ?? modules.flatMap(ofModule);
  cache.set(modules, known);
  return known;
}

/** The same by key. */
export const switchesOf = ({ whole }: Registry): ReadonlyMap<string, Switch> =>
  new Map(switchesIn(whole.modules).map((one) => [one.key, one]));

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

/** Jobs, effects and subscribers that rest while it is off. */
export function taskNames({ module, part }: Switch): string[] {
  const { jobs = [], effects = [], subscribers = [] } = part ?? module;
  return [...jobs, ...effects, ...subscribers].map(({ name }) => name);
}
