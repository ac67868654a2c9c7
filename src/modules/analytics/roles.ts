import type { Permissions } from '#kernel/access/actor.js';
import type { RoleSeed } from '#kernel/usecase/define-module.js';

/** Figures reach as far as the right to read deals does, so there is nothing to narrow here. */
const figures: Permissions = { 'analytics:load': 'all' };

/** What the roles of a new company may do here. */
export const analyticsRoles: readonly RoleSeed[] = [
  { key: 'sales_rep', name: 'Sales representative', permissions: figures },
  { key: 'sales_manager', name: 'Sales manager', permissions: figures },
  { key: 'sales_ops', name: 'Sales operations', permissions: figures },
  { key: 'finance', name: 'Finance', permissions: figures },
  { key: 'integration', name: 'Integration', permissions: figures },
  {
    key: 'analyst',
    name: 'Analyst',
    permissions: { ...figures, 'opportunity:read': 'all', 'analytics:reconcile': 'all', 'fact_refresh:read': 'all' },
  },
];
