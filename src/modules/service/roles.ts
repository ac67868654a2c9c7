import type { Permissions } from '#kernel/access/actor.js';
import type { RoleSeed } from '#kernel/usecase/define-module.js';

const settings: Permissions = {
  'business_calendar:read': 'all',
  'business_interval:read': 'all',
  'calendar_exception:read': 'all',
  'service_level:read': 'all',
  'service_level_version:read': 'all',
  'service_level_target:read': 'all',
  'escalation_step:read': 'all',
  'business_calendar:calculate': 'all',
  'business_calendar:next_slot': 'all',
  'business_calendar:measure': 'all',
  'business_calendar:look_up': 'all',
  'calendar_assignment:read': 'all',
};

const parts: Permissions = {
  'case_message:read': 'all',
  'case_segment:read': 'all',
  'case_timer:*': 'all',
  'sla_event:read': 'all',
  'escalation:read': 'all',
  'escalation_effect:read': 'all',
};

const ownNotices: Permissions = { 'notification:read': 'own', 'notification:mark_read': 'own' };

/** All a case goes through, but for reopening one that ended long ago. */
const desk: Permissions = Object.fromEntries(
  [
    'read',
    'update',
    'open',
    'reply',
    'note',
    'receive',
    'set_waiting',
    'resume',
    'resolve',
    'close',
    'cancel',
    'reopen',
    'assign',
    'change_priority',
    'classify',
  ].map((verb) => [`case:${verb}`, 'all' as const]),
);

/** What the roles of a new company may do here. Agents see the whole desk: a case without an owner is nobody’s own. */
export const serviceRoles: readonly RoleSeed[] = [
  { key: 'service_agent', name: 'Service agent', permissions: { ...settings, ...parts, ...ownNotices, ...desk } },
  {
    key: 'service_manager',
    name: 'Service manager',
    permissions: {
      ...parts,
      ...ownNotices,
      'user:read': 'all',
      'team:read': 'all',
      'account:read': 'all',
      'contact:read': 'all',
      'product:read': 'all',
      'case:*': 'all',
      'business_calendar:*': 'all',
      'business_interval:read': 'all',
      'calendar_exception:read': 'all',
      'calendar_assignment:*': 'all',
      'service_level:*': 'all',
      'service_level_version:read': 'all',
      'service_level_target:read': 'all',
      'escalation_step:read': 'all',
    },
  },
  { key: 'sales_rep', name: 'Sales representative', permissions: { ...ownNotices, 'case:read': 'own', 'case:open': 'all' } },
  { key: 'integration', name: 'Integration', permissions: { ...settings, ...parts, ...desk } },
];
