import { allModules } from '#app/modules.js';
import { reachOf } from '#kernel/access/actor.js';
import { knownPermissions } from '#kernel/access/known-permissions.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { mergedRoles } from '#modules/identity/default-roles.js';

const roles = mergedRoles(allModules);
const role = (key: string) => roles.find((seed) => seed.key === key)?.permissions ?? {};

test('every right in a default role means something', () => {
  const known = knownPermissions(buildRegistry(allModules));
  const unknown = roles.flatMap(({ key, permissions }) =>
    Object.keys(permissions)
      .filter((entry) => !known.has(entry))
      .map((entry) => `${key}: ${entry}`),
  );
  expect(unknown).toEqual([]);
});

test('sellers change their own, their managers those of the team, and neither can deal with rights', () => {
  expect(reachOf(role('sales_rep'), 'opportunity:update')).toBe('own');
  expect(reachOf(role('sales_manager'), 'opportunity:update')).toBe('team');
  for (const key of [
    'sales_rep',
    'sales_manager',
    'service_agent',
    'marketing_manager',
    'integration',
    'auditor',
    'sales_ops',
    'finance',
    'partner',
  ]) {
    for (const right of ['role:create', 'role:update', 'role:assign', 'user:create', 'user:set_password', 'user:move', 'user:update']) {
      expect([key, right, reachOf(role(key), right)]).toEqual([key, right, null]);
    }
  }
});

test('a partner reaches his own and what is shared with him, nobody else’s, and no figures', () => {
  const partner = role('partner');
  for (const noun of ['account', 'contact', 'lead', 'opportunity', 'activity'])
    expect([noun, reachOf(partner, `${noun}:read`)]).toEqual([noun, 'own']);
  for (const right of ['user:read', 'analytics:load', 'record:share', 'api_key:create', 'opportunity:delete'])
    expect([right, reachOf(partner, right)]).toEqual([right, null]);
});

test('an auditor reads everything and writes nothing', () => {
  expect(reachOf(role('auditor'), 'opportunity:read')).toBe('all');
  expect(Object.keys(role('auditor')).every((entry) => entry.endsWith(':read'))).toBe(true);
});
