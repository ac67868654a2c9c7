import { randomBytes } from 'node:crypto';
import { provisionTenant } from '#app/auth-wiring.js';
import { OperatorError } from '#app/postgres/failure.js';
import type { Runtime } from '#kernel/db/runtime.js';

export interface Company {
  readonly slug: string;
  /** Whether to make it when there is none. */
  readonly mayMake: boolean;
  readonly adminEmail: string | undefined;
}

/** The company of that name. A new one gets an administrator, whose password is shown this once. */
export async function openCompany(runtime: Runtime, { slug, mayMake, adminEmail }: Company): Promise<string> {
  const { rows } = await runtime.database.pool.query<{ id: string | null }>('select imports.tenant_of_slug($1) as id', [slug]);
  const known = rows[0]?.id;
  if (known) return known;
  if (!mayMake) throw new OperatorError(`There is no company "${slug}": name another with --tenant, or add --create-tenant.`);
  const admin = { email: adminEmail ?? `admin@${slug}.example`, name: 'Administrator', password: randomBytes(12).toString('base64url') };
  const { tenantId } = await provisionTenant(runtime, { slug, name: slug, currency: 'USD', timeZone: 'UTC', locale: 'en', admin });
  console.log(`Made the company "${slug}". Sign in as ${admin.email} with the password ${admin.password} (shown only now).`);
  return tenantId;
}
