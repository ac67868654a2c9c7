import { boolean, choice, instant, integer, list, object, text } from '#kernel/resource/fields.js';

export const reactions = ['like', 'celebrate', 'thanks', 'insight', 'question', 'done'] as const;

const actor = object(
  {
    type: text(20, { required: true, description: 'user, api_key, workflow, import, agent, support, system or anonymous.' }),
    id: text(36, { description: 'Id of the user or key.' }),
    name: text(300, { description: 'What he is called, as far as you may see that; of the system, its part.' }),
  },
  { name: 'TimelineActor', required: true },
);

const source = object(
  {
    id: text(36, { required: true, description: 'Its id.' }),
    resource: text(80, { required: true, description: 'What it is, as the API calls it: `opportunity`.' }),
    kind: text(300, { required: true, description: 'The same as people call it, in your language.' }),
    name: text(1000, { description: 'What people know it by, as far as you may see that.' }),
    isDeleted: boolean({ required: true, description: 'It is not there any more: the entry is all that is left of it here.' }),
  },
  { name: 'TimelineSource', required: true },
);

const change = object(
  {
    field: text(200, { required: true, description: 'Name of the field.' }),
    label: text(300, { required: true, description: 'The same as people call it, in your language.' }),
    before: text(1000, { description: 'What it was, as its reader writes it; empty for texts, which are not kept here.' }),
    after: text(1000, { description: 'What it became.' }),
  },
  { name: 'TimelineChange', required: true },
);

const reaction = object(
  {
    reaction: choice(reactions, { required: true }),
    count: integer({ required: true, description: 'How many users.' }),
    isMine: boolean({ required: true, description: 'Whether you are one of them.' }),
  },
  { name: 'TimelineReaction', required: true },
);

export const entry = object(
  {
    id: text(36, { required: true, description: 'Its id.' }),
    recordId: text(36, { required: true, description: 'The record on whose timeline it is.' }),
    at: instant({ required: true, description: 'When it happened.' }),
    type: text(200, { required: true, description: 'What happened: `opportunity_won`, `contact_created`.' }),
    text: text(4000, { required: true, description: 'The same in a sentence, in your language.' }),
    via: text(200, { description: 'The reference by which the record is concerned, `accountId`; empty for the record itself.' }),
    actor,
    source,
    changes: list(change, { required: true, max: 500, description: 'Fields that changed, those you may see.' }),
    isUnread: boolean({ required: true, description: 'Noted since you last marked the timeline as read, and not your own doing.' }),
    isPinned: boolean({ required: true, description: 'Somebody has pinned it.' }),
    reactions: list(reaction, { required: true, max: reactions.length }),
    mentions: list(text(36, { required: true }), {
      required: true,
      max: 500,
      description: 'Ids of the users it was brought to the notice of.',
    }),
  },
  { name: 'TimelineEntry', required: true },
);
