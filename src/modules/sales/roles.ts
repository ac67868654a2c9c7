import type { Permissions } from '#kernel/access/actor.js';
import type { RoleSeed } from '#kernel/usecase/define-module.js';

const board: Permissions = { 'pipeline:read': 'all', 'stage:read': 'all' };

/** What the roles of a new company may do here. A seller sees his team's deals and works his own. */
export const salesRoles: readonly RoleSeed[] = [
  {
    key: 'sales_rep',
    name: 'Sales representative',
    permissions: { ...board, 'lead:*': 'own', 'opportunity:*': 'own', 'opportunity:read': 'team', 'opportunity_stage_change:read': 'team' },
  },
  {
    key: 'sales_manager',
    name: 'Sales manager',
    permissions: {
      'pipeline:*': 'all',
      'stage:*': 'all',
      'lead:*': 'team',
      'opportunity:*': 'team',
      'opportunity_stage_change:read': 'team',
    },
  },
  {
    key: 'sales_ops',
    name: 'Sales operations',
    permissions: { 'pipeline:*': 'all', 'stage:*': 'all', 'lead:*': 'all', 'opportunity:*': 'all', 'opportunity_stage_change:read': 'all' },
  },
  { key: 'finance', name: 'Finance', permissions: { ...board, 'opportunity:read': 'all', 'opportunity_stage_change:read': 'all' } },
  { key: 'partner', name: 'Partner', permissions: { ...board, 'lead:*': 'own', 'opportunity:read': 'own', 'opportunity:update': 'own' } },
  { key: 'service_agent', name: 'Service agent', permissions: { ...board, 'opportunity:read': 'all' } },
  {
    key: 'marketing_manager',
    name: 'Marketing manager',
    permissions: { ...board, 'lead:read': 'all', 'lead:create': 'all', 'opportunity:read': 'all' },
  },
  {
    key: 'integration',
    name: 'Integration',
    permissions: { ...board, 'lead:*': 'all', 'opportunity:*': 'all', 'opportunity_stage_change:read': 'all' },
  },
];
