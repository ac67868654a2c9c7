import type { Work } from '#kernel/usecase/work.js';
import { Pipeline } from './pipeline.resource.js';
import { Stage } from './stage.resource.js';

const names = {
  de: { pipeline: 'Vertrieb', open: ['Neu', 'Qualifiziert', 'Angebot', 'Verhandlung'], won: 'Gewonnen', lost: 'Verloren' },
  en: { pipeline: 'Sales', open: ['New', 'Qualified', 'Proposal', 'Negotiation'], won: 'Won', lost: 'Lost' },
} as const;
const chances = [10, 25, 50, 75] as const;

/** The pipeline a new company can sell in at once; it may rename, change or delete it. */
export async function furnishPipeline(work: Work, { locale }: { readonly locale: string }): Promise<void> {
  const { pipeline, open, won, lost } = locale.toLowerCase().startsWith('de') ? names.de : names.en;
  const { id: pipelineId } = await work.repo(Pipeline).create({ name: pipeline, position: 1 });
  await work
    .repo(Stage)
    .createMany([
      ...chances.map((probability, i) => ({ pipelineId, position: i + 1, name: open[i] ?? '', probability })),
      { pipelineId, position: 5, name: won, probability: 100, kind: 'won' },
      { pipelineId, position: 6, name: lost, probability: 0, kind: 'lost' },
    ]);
}
