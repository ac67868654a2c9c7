import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, json } from '#kernel/resource/fields.js';
import type { ControlSum } from './control-sums.js';

export const FactRefresh = defineResource('fact_refresh', {
  description: 'One reconciliation of the analytics facts with the deals they come from: what differed, and what was repaired.',
  table: 'analytics.fact_refreshes',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    startedAt: instant({ required: true, writer: 'system' }),
    outcome: choice(['equal', 'repaired', 'different'], {
      required: true,
      writer: 'system',
      description:
        '`equal`: nothing had to be done. `repaired`: facts were written or removed, and now agree. `different`: the control sums still disagree, an operator has to look.',
    }),
    written: integer({ required: true, min: 0, writer: 'system', description: 'Facts that were missing or out of date.' }),
    removed: integer({ required: true, min: 0, writer: 'system', description: 'Facts whose deal is gone.' }),
    differences: json<readonly ControlSum[], { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'Status and currency whose number or sum differed before the repair.',
    }),
  },
});
export type FactRefresh = Row<typeof FactRefresh>;
