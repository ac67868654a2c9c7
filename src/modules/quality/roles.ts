import type { Permissions } from '#kernel/access/actor.js';
import type { RoleSeed } from '#kernel/usecase/define-module.js';

/** Findings are seen by who may read their record, and settled by who may change it: nothing to narrow here. */
const findings: Permissions = { 'quality_rule:read': 'all', 'quality_finding:*': 'all' };
const rules: Permissions = { 'quality_rule:*': 'all', 'quality_sweep:*': 'all', 'quality_finding:*': 'all' };

/** What the roles of a new company may do here. Whoever works with records puts them right; rules are made by who looks after all of them. */
export const qualityRoles: readonly RoleSeed[] = [
  { key: 'sales_rep', name: 'Sales representative', permissions: findings },
  { key: 'sales_manager', name: 'Sales manager', permissions: findings },
  { key: 'sales_ops', name: 'Sales operations', permissions: rules },
  { key: 'service_agent', name: 'Service agent', permissions: findings },
  { key: 'marketing_manager', name: 'Marketing manager', permissions: findings },
  {
    key: 'data_steward',
    name: 'Data steward',
    permissions: {
      ...rules,
      'user:read': 'all',
      'team:read': 'all',
      'account:read': 'all',
      'account:update': 'all',
      'contact:read': 'all',
      'contact:update': 'all',
      'product:read': 'all',
      'product:update': 'all',
      'lead:read': 'all',
      'lead:update': 'all',
      'opportunity:read': 'all',
      'opportunity:update': 'all',
      'record:list_shares': 'all',
    },
  },
];
