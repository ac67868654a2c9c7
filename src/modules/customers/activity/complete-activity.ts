import { conflict } from '#kernel/errors/domain-error.js';
import { instant, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { ActivityCompleted } from '../events.js';
import { Activity } from './activity.resource.js';

export const completeActivity = defineCommand({
  name: 'activity.complete',
  summary: 'Mark an activity as done and note what came of it.',
  input: {
    activityId: ref('activity', { required: true }),
    outcome: text(500, { description: 'What came of it.' }),
  },
  output: { doneAt: instant({ required: true }) },
  errors: { 'activity.already_done': 'The activity is done already.' },

  async run({ activityId, outcome }, work) {
    const activity = await work.repo(Activity).lock(activityId);
    if (activity.doneAt !== null) {
      throw conflict('activity.already_done', 'This activity is done already.', { doneAt: activity.doneAt });
    }

    await work.repo(Activity).update(activityId, { doneAt: work.now, outcome: outcome ?? activity.outcome });
    const { kind, accountId, contactId, ownerId } = activity;
    await work.emit(ActivityCompleted, { activityId, kind, accountId, contactId, ownerId }, { resource: 'activity', id: activityId });

    return { doneAt: work.now };
  },
});
