import { boolean, integer, list, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { surroundings } from '../walk/surroundings.js';
import { tiesOf } from '../walk/ties.js';
import { askedErrors, dayInput, dayOf, namerOf, recordNamed, tieKinds, type LabellerOf } from './asked.js';
import { networkHop, networkRecord, shown } from './shown.js';

export const network = (labellerOf: LabellerOf) =>
  defineQuery({
    name: 'record.network',
    summary: 'What a record is related to, ring by ring.',
    description:
      'Over relations of the company and over references between records, as far as you may see them. The nearest come first; of those equally near, what relations lead to, the newest first.',
    graphql: 'network',
    rest: { method: 'GET', path: '/records/{recordId}/network' },
    access: 'member',
    input: {
      recordId: text(36, { required: true, description: 'The record in the middle.' }),
      depth: integer({ min: 1, max: 4, default: 1, description: 'Hops away from it.' }),
      limit: integer({ min: 1, max: 500, default: 100, description: 'No more other records than these.' }),
      ...dayInput,
    },
    output: {
      records: list(networkRecord, { required: true, max: 501, description: 'The record itself first.' }),
      hops: list(networkHop, { required: true, max: 2000, description: 'What was met on the way, each tie once.' }),
      isComplete: boolean({ required: true, description: 'Whether nothing was left out because there is too much of it.' }),
    },
    errors: askedErrors,

    async run({ recordId, depth, limit, ...day }, work) {
      const kinds = await tieKinds(work);
      const start = await recordNamed(work, kinds, { id: recordId, path: '/recordId' });
      const found = await surroundings(work, start, {
        ties: tiesOf(kinds),
        on: await dayOf(work, day),
        depth: depth ?? 1,
        limit: limit ?? 100,
      });
      return { ...(await shown(work, found, namerOf(labellerOf, work))), isComplete: found.isComplete };
    },
  });
