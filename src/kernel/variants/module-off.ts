import { forbidden, type DomainError } from '../errors/domain-error.js';
import type { Registry } from '../resource/registry.js';
import type { Resource } from '../resource/define-resource.js';
import type { UseCase } from '../usecase/define-command.js';

/** The one answer for what is there in the installation and not in this company: it says which module, and what to do. */
export const moduleDisabled = (module: string): DomainError =>
  forbidden(
    'module.disabled',
    `The module ${module} is switched off in this company. Its data is kept; an administrator switches it on with module.enable.`,
    { module },
  );

/** The tenant's own definition of a resource; `module.disabled` when the tenant has none. */
export function ownResource(registry: Registry, resource: Resource): Resource {
  const own = registry.resources.get(resource.name);
  if (own) return own;
  throw moduleDisabled(registry.absent.resources.get(resource.name) ?? resource.module);
}

/** Refuses verbs and questions the tenant does not have: its own ones by their names, those every resource has by their noun. */
export function refuseAbsent(registry: Registry, useCase: Pick<UseCase, 'name' | 'noun'>): void {
  const { absent } = registry;
  if (registry.key === '' || registry.commands.has(useCase.name) || registry.queries.has(useCase.name)) return;
  const module = absent.useCases.get(useCase.name) ?? absent.nouns.get(useCase.noun);
  if (module !== undefined) throw moduleDisabled(module);
}
