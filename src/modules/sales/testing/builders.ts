import type { TestTenant } from '#kernel/testing/kit.js';
import { systemActor } from '#kernel/access/actor.js';
import type { NewRow } from '#kernel/resource/define-resource.js';
import { Lead } from '../lead/lead.resource.js';
import { openOpportunity, type OpportunityOpening } from '../opportunity/open-opportunity.js';
import { Pipeline } from '../pipeline/pipeline.resource.js';
import { Stage } from '../pipeline/stage.resource.js';

export interface SamplePipeline {
  readonly id: string;
  readonly contact: string;
  readonly offer: string;
  readonly won: string;
  readonly lost: string;
}

const builder = systemActor('test builder');

/** A pipeline with the stages contact, offer, won and lost; their ids by name. */
export const samplePipeline = (t: TestTenant, name = 'Direct', position = 1): Promise<SamplePipeline> =>
  t.work(async (work) => {
    const { id } = await work.repo(Pipeline).create({ name, position });
    const [contact, offer, won, lost] = await work.repo(Stage).createMany([
      { pipelineId: id, name: 'Contact', position: 1, probability: 20 },
      { pipelineId: id, name: 'Offer', position: 2, probability: 60 },
      { pipelineId: id, name: 'Won', position: 3, probability: 100, kind: 'won' },
      { pipelineId: id, name: 'Lost', position: 4, probability: 0, kind: 'lost' },
    ]);
    if (!contact || !offer || !won || !lost) throw new Error('The sample stages were not made.');
    return { id, contact: contact.id, offer: offer.id, won: won.id, lost: lost.id };
  }, builder);

/** The id of a lead of the admin, in any status. */
export const sampleLead = (t: TestTenant, values: Partial<NewRow<typeof Lead>> = {}): Promise<string> =>
  t.work(async (work) => {
    const lead = await work.repo(Lead).create({
      lastName: 'Ng',
      firstName: 'Kim',
      company: 'Acme',
      email: 'kim.ng@example.test',
      ownerId: t.admin.userId ?? '',
      status: 'qualified',
      ...values,
    });
    return lead.id;
  }, builder);

/** The id of an open deal of the admin over 1,000 EUR. */
export const sampleDeal = (t: TestTenant, values: Partial<OpportunityOpening> = {}): Promise<string> =>
  t.work(
    (work) =>
      openOpportunity(work, { name: 'Machines', ownerId: t.admin.userId ?? '', amount: { amount: '1000', currency: 'EUR' }, ...values }),
    builder,
  );
