import { defineModule } from '#kernel/usecase/define-module.js';
import { gatherEntries } from './feed/gather.job.js';
import { rebuildSteps } from './feed/rebuild-steps.job.js';
import { rebuildTimelines, startRebuild } from './feed/rebuild-timelines.js';
import { markRead } from './mark/mark-read.js';
import { mentionUsers } from './mark/mention-users.js';
import { pinEntry } from './mark/pin-entry.js';
import { reactToEntry } from './mark/react-to-entry.js';
import { readMentions } from './read/read-mentions.js';
import { readTimeline } from './read/read-timeline.js';
import type { LabellerOf } from './read/shown.js';

/** `labellerOf` has the words of the product, which no module has by itself. */
export const timelineModule = (labellerOf: LabellerOf) =>
  defineModule({
    name: 'timeline',
    description: 'What has happened to a record and around it, and what users make of that.',
    switchable: { label: 'Timelines', resumed: startRebuild },
    queries: [readTimeline(labellerOf), readMentions(labellerOf)],
    commands: [markRead, pinEntry, reactToEntry, mentionUsers, rebuildTimelines],
    jobs: [gatherEntries, rebuildSteps],
  });
