import type { Permissions } from '#kernel/access/actor.js';
import type { RoleSeed } from '#kernel/usecase/define-module.js';

const campaigns: Permissions = {
  'segment:*': 'all',
  'segment_member:read': 'all',
  'email_template:*': 'all',
  'journey:*': 'all',
  'journey_version:read': 'all',
  'enrolment:read': 'all',
  'outbound_message:*': 'all',
  'suppression:*': 'all',
  'tracked_event:read': 'all',
};
const history: Permissions = { 'tracked_event:read': 'all', 'enrolment:read': 'all', 'outbound_message:read': 'all' };

/** What the roles of a new company may do here. Telling events is for integrations; seeing what a person got is for all who talk to him. */
export const marketingRoles: readonly RoleSeed[] = [
  { key: 'marketing_manager', name: 'Marketing manager', permissions: campaigns },
  { key: 'sales_rep', name: 'Sales representative', permissions: history },
  { key: 'sales_manager', name: 'Sales manager', permissions: history },
  { key: 'service_agent', name: 'Service agent', permissions: history },
  { key: 'integration', name: 'Integration', permissions: { 'tracked_event:*': 'all', 'suppression:add': 'all' } },
];
