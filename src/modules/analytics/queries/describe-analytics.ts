import { json } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { describeCube } from '../cube/describe-cube.js';
import { visibleCube } from '../cube/member-rights.js';
import { opportunities } from '../cube/opportunities.js';
import { readerOf, settingOf } from './load-analytics.js';

export const describeAnalytics = defineQuery({
  name: 'analytics.meta',
  summary: 'What analytics queries may name: cubes with measures, dimensions, segments and hierarchies.',
  description:
    "In the form of Cube's `/meta`. Cubes the caller has no right to are left out, and so are members that come from fields hidden from him.",
  graphql: 'analyticsMeta',
  rest: null,
  access: 'member',
  input: {},
  output: { cubes: json({ required: true, description: 'List of cubes.' }) },

  async run(_input, work) {
    if (readerOf(work).kind === 'none') return { cubes: [] };
    return { cubes: [describeCube(visibleCube(opportunities, work.actor), await settingOf(work))] };
  },
});
