import { invalid } from '#kernel/errors/domain-error.js';
import { boolean, choice, integer, text } from '#kernel/resource/fields.js';
import { isUuid } from '#kernel/resource/ids.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { FINDING_STATES, findingList } from './finding-fields.js';
import { readFindings } from './read-findings.js';

const mostAtOnce = 200;

/** Who may read findings at all may read those of the records he may read. */
export const listFindings = {
  ...defineQuery({
    name: 'quality_finding.list',
    summary: 'What is wrong with records, by the rules of the company.',
    description: 'Of records you may read, by rules that look only at fields you may see. Oldest first; with `after` the next ones.',
    graphql: 'qualityFindings',
    rest: { path: '/quality-findings' },
    input: {
      resource: text(80, { description: 'Only of this kind of record.' }),
      recordId: text(36, { description: 'Only of this record.' }),
      qualityRuleId: text(36, { description: 'Only by this rule.' }),
      ownerId: text(36, { description: 'Only by rules this user looks after.' }),
      status: choice(FINDING_STATES, { description: 'Only those that are open, accepted or fixed.' }),
      limit: integer({ min: 1, max: mostAtOnce, default: 50, description: 'Findings a page.' }),
      after: text(36, { description: 'Id of the last finding of the page before.' }),
    },
    output: { findings: findingList, hasNextPage: boolean({ required: true, description: 'Whether there are more.' }) },

    async run({ limit, ...filter }, work) {
      for (const name of ['recordId', 'qualityRuleId', 'ownerId', 'after'] as const) {
        const value = filter[name];
        if (typeof value === 'string' && !isUuid(value)) throw invalid('input.invalid', `"${name}" is no id.`);
      }
      const size = limit ?? 50;
      const found = await readFindings(work, filter, size + 1);
      return { findings: found.slice(0, size), hasNextPage: found.length > size };
    },
  }),
  permission: 'quality_finding:read',
};
