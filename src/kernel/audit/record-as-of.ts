import { fieldRight, masked, visibleNames } from '../access/field-rights.js';
import { openWorkOf } from '../db/twins.js';
import { boolean, instant, json, list, text } from '../resource/fields.js';
import type { Resource } from '../resource/define-resource.js';
import type { Actor } from '../access/actor.js';
import { defineQuery } from '../usecase/define-command.js';
import { recordErrors, recordFields, underRead } from './audit-fields.js';
import { resourceOf, stateAt } from './past-state.js';

export const recordAsOf = underRead(
  defineQuery({
    name: 'audit.as_of',
    summary: 'A record as it was at some time.',
    description: 'All its fields you may see, as the audit knows them. Also of a deleted record, if you could read it as it was last.',
    graphql: 'recordAsOf',
    rest: { path: '/audit/records/{recordId}/as-of' },
    input: { ...recordFields, at: instant({ required: true, description: 'When.' }) },
    output: {
      exists: boolean({ required: true, description: 'Whether it was there at that time.' }),
      at: instant({ required: true, description: 'The time asked for.' }),
      values: json({ required: true, description: 'Its fields by name; empty when it was not there.' }),
      unreadable: list(text(200), { required: true, description: 'Fields whose values were erased.' }),
    },
    errors: {
      ...recordErrors,
      'audit.too_many_changes': 'Too many changes lie between then and now.',
    },

    async run({ recordId, at }, given) {
      const work = openWorkOf(given);
      const resource = resourceOf(work, recordId);
      const { exists, values, unreadable } = await stateAt(work, resource, recordId, at);
      return {
        exists,
        at,
        values: seenValues(work.actor, resource, values),
        unreadable: visibleNames(work.actor, resource, unreadable),
      };
    },
  }),
);

/** Values by name as the actor may see them; secrets are not told at all. */
function seenValues(actor: Actor, resource: Resource, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const seen = Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const field = resource.fields[name];
    const right = fieldRight(actor, resource, name);
    if (field?.options.hidden || right === 'hide') return [];
    return [[name, field && right === 'mask' ? masked(field, value) : value]];
  });
  return Object.fromEntries(seen);
}
