import { conflict } from '#kernel/errors/domain-error.js';
import { integer, json, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { conditionFrom, conditionInvalid } from './condition-from.js';
import { evaluateSegment } from './evaluate-segment.job.js';
import { Segment } from './segment.resource.js';

export const redefineSegment = defineCommand({
  name: 'segment.redefine',
  summary: 'Give a segment a new condition.',
  description: 'Whoever the new condition brings in starts no journeys: a wrong filter must not mail everybody.',
  rest: { path: '/segments/{segmentId}/redefine' },
  input: { segmentId: ref('segment', { required: true }), condition: json({ required: true }) },
  output: { revision: integer({ required: true }) },
  errors: { ...conditionInvalid, 'segment.archived': 'An archived segment does not change.' },
  async run({ segmentId, condition }, work) {
    const segment = await work.repo(Segment).lock(segmentId);
    if (segment.status === 'archived') throw conflict('segment.archived', 'An archived segment does not change.');
    const revision = segment.revision + 1;
    await work.repo(Segment).update(segmentId, { condition: conditionFrom(condition, work.actor), revision });
    await work.schedule(evaluateSegment, { key: `${segmentId}:r${revision}`, payload: { segmentId } });
    return { revision };
  },
});
