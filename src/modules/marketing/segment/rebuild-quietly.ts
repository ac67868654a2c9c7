import type { Work } from '#kernel/usecase/work.js';
import { evaluateSegment } from './evaluate-segment.job.js';
import { Segment } from './segment.resource.js';

/**
 * Who came to belong to a segment while nobody looked is a member of it, and enters no journey by that: a welcome that is a month late is none.
 * A segment that is not built is built, and building tells of nobody.
 */
export async function rebuildQuietly(work: Work): Promise<void> {
  for (const { id } of await work.repo(Segment).list({ status: 'live' }, { lock: 'wait' })) {
    await work.repo(Segment).update(id, { builtRevision: 0 });
    await work.schedule(evaluateSegment, { key: `${id}:on${work.now.getTime()}`, payload: { segmentId: id } });
  }
}
