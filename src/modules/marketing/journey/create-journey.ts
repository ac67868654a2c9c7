import { json, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { definitionFrom, definitionInvalid } from './definition-from.js';
import { Journey } from './journey.resource.js';

export const createJourney = defineCommand({
  name: 'journey.create',
  summary: 'Draft a trigger campaign.',
  rest: { path: '/journeys', status: 201 },
  input: {
    name: text(120, { required: true }),
    description: longText(),
    definition: json({ required: true, of: ['journey.draft'], description: 'Trigger, re-entry, condition, purpose, sender and steps.' }),
  },
  output: { journeyId: ref('journey', { required: true }) },
  errors: definitionInvalid,
  async run({ name, description, definition }, work) {
    const journey = await work.repo(Journey).create({ name, description, draft: definitionFrom(definition, work.actor) });
    return { journeyId: journey.id };
  },
});
