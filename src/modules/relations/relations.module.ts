import { defineModule } from '#kernel/usecase/define-module.js';
import type { LabellerOf } from './queries/asked.js';
import { network } from './queries/network.js';
import { relationshipPath } from './queries/relationship-path.js';

/** `labellerOf` has the words of the product, which no module has by itself. */
export const relationsModule = (labellerOf: LabellerOf) =>
  defineModule({
    name: 'relations',
    description: 'How records stand to each other: the way from one to another, and what surrounds one.',
    queries: [relationshipPath(labellerOf), network(labellerOf)],
  });
