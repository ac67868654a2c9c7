import { conflict } from '#kernel/errors/domain-error.js';
import { integer, json, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { definitionFrom, definitionInvalid } from './definition-from.js';
import { Journey } from './journey.resource.js';

export const redraftJourney = defineCommand({
  name: 'journey.redraft',
  summary: 'Change the draft of a journey.',
  description: 'What is published stays as it is until the draft is published too.',
  rest: { method: 'PUT', path: '/journeys/{journeyId}/draft' },
  input: { journeyId: ref('journey', { required: true }), definition: json({ required: true, of: ['journey.draft'] }) },
  output: { version: integer({ required: true, description: 'Version of the journey row after the change.' }) },
  errors: { ...definitionInvalid, 'journey.archived': 'An archived journey does not change.' },
  async run({ journeyId, definition }, work) {
    const journey = await work.repo(Journey).lock(journeyId);
    if (journey.status === 'archived') throw conflict('journey.archived', 'An archived journey does not change.');
    const { version } = await work.repo(Journey).update(journeyId, { draft: definitionFrom(definition, work.actor) });
    return { version };
  },
});
