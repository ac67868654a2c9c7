import type { Resource } from '../resource/define-resource.js';
import { buildRegistry, type Registry } from '../resource/registry.js';
import type { ModuleSpec } from '../usecase/define-module.js';

/** What a tenant has defined itself. */
export interface Extension {
  /** Of one tenant and one version of its metadata, `@<tenant>/<version>`: part of the key of the variant, by which schemas are kept. */
  readonly key: string;
  /** Resources with fields of the tenant's own, in the place of those of the same name. Take them from the registry that is extended. */
  readonly changed: readonly Resource[];
  /** Resources, verbs and events of the tenant's own, as a module; its name is of no module of the installation. */
  readonly added?: ModuleSpec;
}

/** The definitions with those of the tenant's own. Pure: the same registry and extension give the same variant. */
export function extendRegistry(registry: Registry, { key, changed, added }: Extension): Registry {
  const byName = new Map(changed.map((resource) => [resource.name, resource]));
  const modules = registry.modules.map((module) => ({
    ...module,
    resources: (module.resources ?? []).map((resource) => byName.get(resource.name) ?? resource),
  }));
  return buildRegistry(added ? [...modules, added] : modules, {
    key: `${registry.key}${key}`,
    whole: registry.whole,
    absent: registry.absent,
  });
}
