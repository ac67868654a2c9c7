import { boolean, integer, list, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { shortestPath } from '../walk/shortest-path.js';
import { kindBehind, type Placed } from '../walk/surroundings.js';
import { tiesOf } from '../walk/ties.js';
import { askedErrors, dayInput, dayOf, namerOf, recordNamed, tieKinds, type LabellerOf } from './asked.js';
import { networkHop, networkRecord, shown } from './shown.js';

const mostHops = 6;

export const relationshipPath = (labellerOf: LabellerOf) =>
  defineQuery({
    name: 'record.relationship_path',
    summary: 'How one record is related to another: the fewest hops between them.',
    description:
      'Over relations of the company and over references between records. Only records and relations you may see are passed; of several ways of the same length, one over relations and newer ones.',
    graphql: 'relationshipPath',
    rest: { path: '/relationship-path' },
    access: 'member',
    input: {
      from: text(36, { required: true, description: 'Id of the record it begins at.' }),
      to: text(36, { required: true, description: 'Id of the record it ends at.' }),
      maxDepth: integer({ min: 1, max: mostHops, default: 4, description: 'No more hops than these.' }),
      ...dayInput,
    },
    output: {
      found: boolean({ required: true, description: 'Whether there is a way, as far as you may see, of no more hops than asked for.' }),
      length: integer({ description: 'Hops from one to the other; empty when there is no way.' }),
      records: list(networkRecord, {
        required: true,
        max: mostHops + 1,
        description: 'From the one to the other; none when there is no way.',
      }),
      hops: list(networkHop, { required: true, max: mostHops, description: 'What leads from each to the next.' }),
    },
    errors: {
      ...askedErrors,
      'record.network_too_wide': 'More than 10,000 records lie within the hops asked for: they are not looked through.',
    },

    async run({ from, to, maxDepth, ...day }, work) {
      const kinds = await tieKinds(work);
      const start = await recordNamed(work, kinds, { id: from, path: '/from' });
      const goal = await recordNamed(work, kinds, { id: to, path: '/to' });
      const hops = await shortestPath(work, start, goal, { ties: tiesOf(kinds), on: await dayOf(work, day), maxDepth: maxDepth ?? 4 });
      if (hops === null) return { found: false, length: null, records: [], hops: [] };
      const others = hops.map((hop, i): Placed => ({ id: hop.far, kind: kindBehind(hop), distance: i + 1 }));
      const told = await shown(work, { records: [{ ...start, distance: 0 }, ...others], hops }, namerOf(labellerOf, work));
      return { found: true, length: hops.length, ...told };
    },
  });
