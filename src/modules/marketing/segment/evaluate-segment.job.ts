import { ref } from '#kernel/resource/fields.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import { dependencies } from '../domain/condition.js';
import { SegmentBuilt } from '../events.js';
import { changesOfAll, writeChanges } from './membership.js';
import { SegmentMember } from './segment-member.resource.js';
import { Segment } from './segment.resource.js';

export const evaluateSegment = defineJob({
  name: 'marketing.evaluate_segment',
  description: 'Looks at everybody and brings the members of one segment up to date.',
  payload: { segmentId: ref('segment', { required: true }) },
  async run({ segmentId }, work) {
    const segment = await work.repo(Segment).lock(segmentId);
    if (segment.status !== 'live') return;
    const changes = await changesOfAll(work, segment);
    const isBuild = segment.builtRevision !== segment.revision;
    await writeChanges(work, segment, changes, isBuild ? 'built' : 'changed');
    const memberCount = await work.repo(SegmentMember).count({ segmentId, leftAt: null });
    await work.repo(Segment).update(segmentId, { builtRevision: segment.revision, memberCount, evaluatedAt: work.now });
    if (isBuild) {
      const { revision } = segment;
      await work.emit(
        SegmentBuilt,
        { segmentId, revision, entered: changes.entered.length, left: changes.left.length },
        { resource: 'segment', id: segmentId },
      );
    }
  },
});

export const evaluateTimedSegments = defineJob({
  name: 'marketing.evaluate_timed_segments',
  description: 'Has those segments looked at again whose members change by the passing of time alone.',
  payload: {},
  everyMinutes: 5,
  async run(_payload, work) {
    for (const { id, condition } of await work.repo(Segment).list({ status: 'live' })) {
      if (dependencies(condition).time)
        await work.schedule(evaluateSegment, { key: `${id}:t${work.now.getTime()}`, payload: { segmentId: id } });
    }
  },
});
