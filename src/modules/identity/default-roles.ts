import type { Permissions } from '#kernel/access/actor.js';
import type { ModuleSpec, RoleSeed } from '#kernel/usecase/define-module.js';
import { union } from '#kernel/access/permissions.js';

/** Rights everybody at work needs: to know colleagues, and to see and end the own sessions, keys and operations. */
const colleague: Permissions = {
  'user:read': 'all',
  'team:read': 'all',
  'session:read': 'own',
  'session:revoke': 'own',
  'api_key:read': 'own',
  'api_key:revoke': 'own',
  'operation:read': 'own',
  'operation:cancel': 'own',
  'territory:read': 'all',
  'delegation:*': 'own',
  'record:share': 'all',
  'record:unshare': 'all',
  'record:list_shares': 'all',
};

/** Who looks after others' access: to see why somebody may or may not, and to arrange territories and lines. Not to give rights. */
const operations: Permissions = {
  ...colleague,
  'access:*': 'all',
  'territory:*': 'all',
  'territory_assignment:read': 'all',
  'reporting_line:*': 'all',
  'delegation:*': 'all',
  'role:read': 'all',
  'role_assignment:read': 'all',
};

/** Roles a new tenant starts with. A module adds the rights of its own nouns by a seed of the same key. */
export const defaultRoles: readonly RoleSeed[] = [
  { key: 'admin', name: 'Administrator', permissions: { '*': 'all' } },
  { key: 'sales_rep', name: 'Sales representative', permissions: colleague },
  { key: 'sales_manager', name: 'Sales manager', permissions: colleague },
  { key: 'sales_ops', name: 'Sales operations', permissions: operations },
  { key: 'finance', name: 'Finance', permissions: colleague },
  { key: 'partner', name: 'Partner', permissions: { 'session:read': 'own', 'session:revoke': 'own' } },
  { key: 'service_agent', name: 'Service agent', permissions: colleague },
  { key: 'marketing_manager', name: 'Marketing manager', permissions: colleague },
  { key: 'integration', name: 'Integration', permissions: { ...colleague, 'api_key:create': 'own' } },
  { key: 'auditor', name: 'Auditor', permissions: { '*:read': 'all' } },
];

/** The seeds of all modules, those of one key made one. */
export function mergedRoles(modules: readonly ModuleSpec[]): RoleSeed[] {
  const merged = new Map<string, RoleSeed>();
  for (const seed of modules.flatMap((module) => module.roles ?? [])) {
    const known = merged.get(seed.key);
    merged.set(seed.key, known ? { ...known, permissions: union([known.permissions, seed.permissions]) } : seed);
  }
  return [...merged.values()];
}
