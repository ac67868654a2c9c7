import { labellerOf } from '#app/texts/read-labels.js';
import type { Actor } from '#kernel/access/actor.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { readTimeline } from '../read/read-timeline.js';

export const timeline = readTimeline(labellerOf);
type Input = Parameters<typeof timeline.run>[0];

/** What a timeline tells, after everything that has happened has reached it. */
export class Teller {
  constructor(
    private readonly kit: Kit,
    readonly tenant: TestTenant,
  ) {}

  async read(recordId: string, more: Partial<Input> = {}, actor?: Actor) {
    await this.kit.drain();
    return this.tenant.run(timeline, { recordId, ...more }, actor);
  }

  /** Types, latest first. */
  async types(recordId: string, actor?: Actor): Promise<string[]> {
    return (await this.read(recordId, {}, actor)).entries.map(({ type }) => type);
  }

  /** Entries as they are kept, in their order on each record. */
  kept(): Promise<Record<string, unknown>[]> {
    return this.kit.asOwner(
      'select id, record_id, at, seq, type, verb, via, source_kind, source_id, tells, params, actor_kind, actor_id, actor_label from timeline.entries order by record_id, at, seq, id',
      [],
      this.tenant.id,
    );
  }
}
