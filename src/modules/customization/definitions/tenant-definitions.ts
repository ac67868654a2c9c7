import { LRUCache } from 'lru-cache';
import type { Registry } from '#kernel/resource/registry.js';
import { extendRegistry } from '#kernel/variants/extend-registry.js';
import type { Work } from '#kernel/usecase/work.js';
import { buildResources, ownModule } from './build-resources.js';
import { loadDefinitions, versionOf } from './load-definitions.js';

const known = new LRUCache<string, Registry>({ max: 500 });

/** The definitions of the product without those of the company. */
export const productOf = (work: Work): Registry => work.definitions.whole;

/** The definitions a company has: those of the product and its own. */
export async function tenantDefinitions(registry: Registry, work: Work): Promise<Registry> {
  const version = await versionOf(work);
  if (version === 0) return registry;
  const key = `@${work.tenantId}/${version}`;
  const found = known.get(`${key} ${registry.key}`);
  if (found) return found;
  const { changed, added } = buildResources(registry, await loadDefinitions(work, version));
  const module = { name: ownModule, description: 'What the company has defined itself.', resources: added };
  const made = extendRegistry(registry, { key, changed, ...(added.length > 0 ? { added: module } : {}) });
  known.set(`${key} ${registry.key}`, made);
  return made;
}
