import { systemActor } from '#kernel/access/actor.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { provisionTenant } from '../auth-wiring.js';
import { seedDemo } from './seed-demo.js';

export const demoLogin = { email: 'demo@kontor.example', password: 'kontor-demo' } as const;
const slug = 'demo';

/** The demo company, made once. Returns true when it was made just now. */
export async function ensureDemo(runtime: Runtime): Promise<boolean> {
  const { rows } = await runtime.database.pool.query('select * from identity.login_tenants($1, $2)', [demoLogin.email, slug]);
  if (rows.length > 0) return false;
  const tenant = await provisionTenant(runtime, {
    slug,
    name: 'Havelland Messtechnik GmbH',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    locale: 'de',
    admin: { ...demoLogin, name: 'Dana Demo' },
  });
  await seedDemo(
    (seed) => runtime.withWork({ tenantId: tenant.tenantId, actor: systemActor('demo'), cause: { command: 'demo.seed' } }, seed),
    tenant,
  );
  return true;
}
