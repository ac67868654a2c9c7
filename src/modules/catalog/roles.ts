import type { Permissions } from '#kernel/access/actor.js';
import type { RoleSeed } from '#kernel/usecase/define-module.js';

const look: Permissions = { 'product:read': 'all', 'price_list:read': 'all', 'price:read': 'all', 'price:look_up': 'all' };

/** What the roles of a new company may do here: everybody looks things up, an ERP keeps them. */
export const catalogRoles: readonly RoleSeed[] = [
  { key: 'sales_rep', name: 'Sales representative', permissions: look },
  { key: 'sales_manager', name: 'Sales manager', permissions: look },
  { key: 'sales_ops', name: 'Sales operations', permissions: look },
  { key: 'finance', name: 'Finance', permissions: { ...look, 'price_list:*': 'all', 'price:*': 'all' } },
  { key: 'partner', name: 'Partner', permissions: look },
  { key: 'service_agent', name: 'Service agent', permissions: look },
  { key: 'marketing_manager', name: 'Marketing manager', permissions: look },
  { key: 'integration', name: 'Integration', permissions: { 'product:*': 'all', 'price_list:*': 'all', 'price:*': 'all' } },
];
