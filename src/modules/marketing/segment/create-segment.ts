import { json, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { conditionFrom, conditionInvalid } from './condition-from.js';
import { evaluateSegment } from './evaluate-segment.job.js';
import { Segment } from './segment.resource.js';

export const createSegment = defineCommand({
  name: 'segment.create',
  summary: 'Describe a group of people by a condition.',
  description: 'Its members are found in the background. Those found at first start no journeys; those who enter later do.',
  rest: { path: '/segments', status: 201 },
  input: {
    name: text(120, { required: true }),
    description: longText(),
    condition: json({ required: true, description: 'A tree of and, or, not, trait, performed and last_performed.' }),
  },
  output: { segmentId: ref('segment', { required: true }) },
  errors: conditionInvalid,
  async run({ name, description, condition }, work) {
    const segment = await work.repo(Segment).create({ name, description, condition: conditionFrom(condition, work.actor) });
    await work.schedule(evaluateSegment, { key: `${segment.id}:r${segment.revision}`, payload: { segmentId: segment.id } });
    return { segmentId: segment.id };
  },
});
