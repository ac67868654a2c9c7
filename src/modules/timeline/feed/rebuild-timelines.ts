import { boolean } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { rebuildSteps } from './rebuild-steps.job.js';

export const rebuildTimelines = defineCommand({
  name: 'timeline.rebuild',
  summary: 'Make all timelines of the company anew from the audit, in the background.',
  description:
    'What is missing comes, what nothing bears out goes, and what is right stays as it is, with its pins and reactions. For records from before there were timelines.',
  graphql: 'rebuildTimelines',
  rest: { path: '/timelines/rebuild', status: 202 },
  input: {},
  output: { started: boolean({ required: true, description: 'It goes on in the background.' }) },

  async run(_, work) {
    await startRebuild(work);
    return { started: true };
  },
});

export async function startRebuild(work: Work): Promise<void> {
  const run = `rebuild ${work.now.toISOString()}`;
  await work.schedule(rebuildSteps, { key: run, payload: { run } });
}
