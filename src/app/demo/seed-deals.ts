import type { NewRow } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { OpportunityStageChange } from '#modules/sales/opportunity/opportunity-stage-change.resource.js';
import { Opportunity, type Opportunity as OpportunityRow } from '#modules/sales/opportunity/opportunity.resource.js';
import { Pipeline } from '#modules/sales/pipeline/pipeline.resource.js';
import { Stage, type Stage as StageRow } from '#modules/sales/pipeline/stage.resource.js';
import { planDeal, type DealPlan } from './deal-plan.js';
import { dayAfter, instantAfter, type Dice } from './dice.js';
import type { Article } from './seed-catalog.js';
import type { Customer } from './seed-customers.js';

const dealCount = 120;
const lostReasons = [
  'Preis zu hoch',
  'Wettbewerber bevorzugt',
  'Budget gestrichen',
  'Projekt verschoben',
  'Technisch nicht passend',
] as const;

interface Occasion {
  readonly now: Date;
  readonly customer: Customer;
  readonly article: Article;
}

interface Deal {
  readonly plan: DealPlan;
  readonly stages: readonly StageRow[];
  readonly row: NewRow<typeof Opportunity>;
}

export async function seedDeals(
  work: Work,
  dice: Dice,
  customers: readonly Customer[],
  articles: readonly Article[],
): Promise<OpportunityRow[]> {
  const stages = await seedPipeline(work);
  const deals = Array.from({ length: dealCount }, (_, i) =>
    dealFor(dice, stages, { now: work.now, customer: pickFrom(customers, i * 7), article: pickFrom(articles, dice.between(0, 1000)) }),
  );
  const rows = await work.repo(Opportunity).createMany(deals.map((deal) => deal.row));
  await work.repo(OpportunityStageChange).createMany(rows.flatMap((row, i) => historyOf(work.now, row, deals[i])));
  return rows;
}

async function seedPipeline(work: Work): Promise<StageRow[]> {
  const { id: pipelineId } = await work.repo(Pipeline).create({ name: 'Direktvertrieb', position: 1 });
  return work.repo(Stage).createMany([
    { pipelineId, position: 1, name: 'Qualifizierung', probability: 10 },
    { pipelineId, position: 2, name: 'Bedarfsanalyse', probability: 25 },
    { pipelineId, position: 3, name: 'Angebot', probability: 50 },
    { pipelineId, position: 4, name: 'Verhandlung', probability: 75 },
    { pipelineId, position: 5, name: 'Gewonnen', probability: 100, kind: 'won' },
    { pipelineId, position: 6, name: 'Verloren', probability: 0, kind: 'lost' },
  ]);
}

function dealFor(dice: Dice, stages: readonly StageRow[], { now, customer, article }: Occasion): Deal {
  const plan = planDeal(dice);
  const passed = stagesOf(plan, stages);
  const stage = pickFrom(passed, passed.length - 1);
  const closedAt = plan.status === 'open' ? null : instantAfter(now, plan.close);
  const quantity = article.price > 10_000 ? dice.between(1, 3) : article.price > 1000 ? dice.between(2, 12) : dice.between(12, 80);
  return {
    plan,
    stages: passed,
    row: {
      name: `${article.name}, ${customer.account.name}`,
      accountId: customer.account.id,
      contactId: customer.contacts[0]?.id,
      ownerId: customer.ownerId,
      productId: article.id,
      pipelineId: stage.pipelineId,
      stageId: stage.id,
      status: stage.kind,
      probability: stage.probability,
      amount: { amount: `${Math.round((quantity * article.price) / 10) * 10}`, currency: 'EUR' },
      engagedOn: dayAfter(now, plan.engaged),
      closeOn: dayAfter(now, plan.close),
      stageEnteredAt: instantAfter(now, plan.steps.at(-1) ?? plan.engaged),
      closedAt,
      lostReason: plan.status === 'lost' ? dice.pick(lostReasons) : null,
    },
  };
}

/** The stages a deal went through, one for each of its steps. */
function stagesOf(plan: DealPlan, stages: readonly StageRow[]): StageRow[] {
  const open = stages.filter((stage) => stage.kind === 'open');
  const end = stages.filter((stage) => stage.kind === plan.status);
  return plan.status === 'open' ? open.slice(0, plan.steps.length) : [...open.slice(0, plan.steps.length - 1), ...end];
}

function historyOf(now: Date, row: OpportunityRow, deal: Deal | undefined): NewRow<typeof OpportunityStageChange>[] {
  const { plan, stages } = deal ?? { plan: null, stages: [] };
  return stages.map((stage, i) => {
    const [before, at] = [plan?.steps[i - 1] ?? 0, plan?.steps[i] ?? 0];
    return {
      opportunityId: row.id,
      ownerId: row.ownerId,
      fromStageId: stages[i - 1]?.id ?? null,
      toStageId: stage.id,
      changedAt: instantAfter(now, at),
      changedById: row.ownerId,
      secondsInStage: i === 0 ? null : (at - before) * 86_400,
      amount: row.amount,
    };
  });
}

function pickFrom<T>(items: readonly T[], i: number): T {
  const item = items[i % items.length];
  if (item === undefined) throw new Error('The demo company needs something to pick from.');
  return item;
}
