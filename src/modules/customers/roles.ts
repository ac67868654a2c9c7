import type { RoleSeed } from '#kernel/usecase/define-module.js';

/** What the roles of a new company may do here. Sellers share customers within their team; service and marketing know all of them. */
export const customerRoles: readonly RoleSeed[] = [
  {
    key: 'sales_rep',
    name: 'Sales representative',
    permissions: {
      'account:read': 'team',
      'account:create': 'own',
      'account:update': 'own',
      'contact:read': 'team',
      'contact:create': 'own',
      'contact:update': 'own',
      'activity:*': 'own',
      'activity:read': 'team',
      'consent:*': 'team',
      'consent_entry:read': 'team',
    },
  },
  {
    key: 'sales_manager',
    name: 'Sales manager',
    permissions: { 'account:*': 'team', 'contact:*': 'team', 'activity:*': 'team', 'consent:*': 'team', 'consent_entry:read': 'team' },
  },
  { key: 'sales_ops', name: 'Sales operations', permissions: { 'account:*': 'all', 'contact:*': 'all', 'activity:read': 'all' } },
  { key: 'finance', name: 'Finance', permissions: { 'account:read': 'all', 'account:update': 'all', 'contact:read': 'all' } },
  {
    key: 'partner',
    name: 'Partner',
    permissions: { 'account:read': 'own', 'account:update': 'own', 'contact:*': 'own', 'activity:*': 'own' },
  },
  {
    key: 'service_agent',
    name: 'Service agent',
    permissions: {
      'account:read': 'all',
      'contact:read': 'all',
      'contact:create': 'all',
      'contact:update': 'all',
      'activity:*': 'own',
      'activity:read': 'all',
      'consent:read': 'all',
      'consent:withdraw': 'all',
    },
  },
  {
    key: 'marketing_manager',
    name: 'Marketing manager',
    permissions: { 'account:read': 'all', 'contact:read': 'all', 'contact:update': 'all', 'consent:*': 'all', 'consent_entry:read': 'all' },
  },
  {
    key: 'integration',
    name: 'Integration',
    permissions: { 'account:*': 'all', 'contact:*': 'all', 'activity:*': 'all', 'consent:*': 'all', 'consent_entry:read': 'all' },
  },
];
