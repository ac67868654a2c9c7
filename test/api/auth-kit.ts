import { generateKeyPairSync } from 'node:crypto';
import { wireAuth, provisionTenant, type Auth } from '#app/auth-wiring.js';
import type { TokenSettings } from '#api/auth/access-token.js';
import type { Tokens } from '#api/auth/auth-flows.js';
import type { ThrottleLimits } from '#api/auth/login-throttle.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { identity } from '#modules/identity/identity.module.js';

export const password = 'correct horse battery';
export const client = { ip: '192.0.2.7', userAgent: 'test' };

export interface AuthKit extends Auth {
  readonly kit: Kit;
  readonly tokens: TokenSettings;
  /** A tenant with an administrator whose password is `password`. */
  company(email?: string): Promise<Company>;
  close(): Promise<void>;
}
export interface Company {
  readonly tenantId: string;
  readonly slug: string;
  readonly adminId: string;
  readonly email: string;
  readonly roleIds: ReadonlyMap<string, string>;
  login(): Promise<Tokens>;
}

let companies = 0;

/** Auth over the identity module alone, with keys and a channel of its own. */
export async function openAuthKit(limits?: ThrottleLimits, closedTo: readonly string[] = []): Promise<AuthKit> {
  const kit = await openKit([identity]);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokens: TokenSettings = {
    keys: { active: { kid: 'k1', privateKey }, publicKeys: new Map([['k1', publicKey]]) },
    issuer: 'https://kontor.test',
    audience: 'kontor',
  };
  const auth = await wireAuth(kit.runtime, { tokens, databaseUrl: kit.urls.app, closedTo, ...(limits ? { limits } : {}) });
  return {
    ...auth,
    kit,
    tokens,
    async company(email = `admin${++companies}@example.test`) {
      const slug = `company-${++companies}`;
      const made = await provisionTenant(kit.runtime, {
        slug,
        name: 'Company',
        currency: 'EUR',
        timeZone: 'Europe/Berlin',
        locale: 'en',
        admin: { email, name: 'Ada Admin', password },
      });
      return { ...made, slug, email, login: () => auth.flows.login({ email, password, tenant: slug }, client) };
    },
    async close() {
      await auth.stop();
      await kit.close();
    },
  };
}

export const bearer = (token: string) => `Bearer ${token}`;
