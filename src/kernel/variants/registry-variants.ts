import { LRUCache } from 'lru-cache';
import type { OpenWork } from '../db/open-work.js';
import type { Registry } from '../resource/registry.js';
import type { Judge } from '../usecase/judge.js';
import { withoutModules } from './remove-modules.js';

/** Variants kept by their keys: tenants with the same modules off share one. */
const mostVariants = 1_000;
const mostTenants = 50_000;

/**
 * The definitions each tenant has: the installation's, less the modules that are off, more what the tenant has defined itself.
 *
 * How to vary them further: a module that keeps definitions of tenants gives `tenantDefinitions` in its manifest. It is asked whenever the
 * variant of a tenant is found out anew, gets the definitions as they are so far and a Work of the system, and answers the same registry when
 * the tenant has defined nothing, else `extendRegistry(registry, { key: '@<tenant>/<version>', … })`. It should keep what it made by tenant,
 * version and `registry.key`. A trigger `identity.tell_change()` on its table of versions makes all processes ask again. From there everything
 * else follows by itself: GraphQL schema, fast path, REST, rights, caches.
 */
export class RegistryVariants {
  private readonly byKey = new LRUCache<string, Registry>({ max: mostVariants });
  private readonly tenants = new LRUCache<string, Registry>({ max: mostTenants });
  private readonly judges = new LRUCache<string, { readonly judge: Judge | null }>({ max: mostTenants });
  private hears: () => boolean = () => false;
  private changes = 0;

  constructor(readonly whole: Registry) {}

  /** From now on what is remembered counts, as long as `hears` says that news of changes reach this process. */
  trust(hears: () => boolean): void {
    this.hears = hears;
  }

  /** The definitions of a tenant as far as they are known here and can be trusted now; null says: ask `learn`. */
  recall(tenantId: string): Registry | null {
    // Never without its judge: what refuses writes must not be forgotten alone. Asked for together, they also leave together.
    return this.hears() && this.judges.get(tenantId) ? (this.tenants.get(tenantId) ?? null) : null;
  }

  /** Who looks at what the tenant writes, as of the last time its definitions were found out. */
  judgeOf(tenantId: string): Judge | null {
    return this.judges.get(tenantId)?.judge ?? null;
  }

  /** Call it when modules or definitions of a tenant, or of any, have changed. */
  forget(tenantId: string | null): void {
    this.changes++;
    if (tenantId === null) this.tenants.clear();
    else this.tenants.delete(tenantId);
  }

  /** Finds out and remembers. `work` is the system's, of the tenant, and knows the definitions of the installation only. */
  async learn(work: OpenWork): Promise<Registry> {
    const { changes } = this;
    const { rows } = await work.connection.client.query<{ key: string }>({
      name: 'modules_off',
      text: `select key from modules.tenant_modules where tenant_id = $1 and state <> 'enabled'`,
      values: [work.tenantId],
    });
    let registry = this.without(rows.map(({ key }) => key));
    for (const { tenantDefinitions } of registry.modules) if (tenantDefinitions) registry = await tenantDefinitions(registry, work);
    let judge: Judge | null = null;
    for (const { tenantJudge } of registry.modules) if (tenantJudge) judge = await tenantJudge(registry, work);
    this.judges.set(work.tenantId, { judge });
    // What was read while it changed is good for this once only.
    if (changes === this.changes) this.tenants.set(work.tenantId, registry);
    return registry;
  }

  private without(off: readonly string[]): Registry {
    if (off.length === 0) return this.whole;
    const key = off.toSorted().join(' ');
    const known = this.byKey.get(key) ?? withoutModules(this.whole, off);
    this.byKey.set(key, known);
    return known;
  }
}
