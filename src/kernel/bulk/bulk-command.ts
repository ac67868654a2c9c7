import { openWorkOf } from '../db/twins.js';
import { DomainError, invalid } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import { choice, json } from '../resource/fields.js';
import type { Command } from '../usecase/define-command.js';
import { verbsOf, type BulkMode, type ItemResult } from './bulk-item.js';
import { runItems } from './run-items.js';

/** Most items of a call that is answered at once. */
export const mostAtOnce = 200;

export interface BulkInput {
  readonly mode: BulkMode;
  readonly items: readonly unknown[];
}
export interface BulkOutput {
  readonly mode: BulkMode;
  readonly results: readonly ItemResult[];
}

/** Resources that input alone can write. */
export const canBulk = (resource: Resource): boolean => verbsOf(resource).length > 0;

/** Many writes of one resource in one transaction. Each item takes the right of its own verb. Its output is `BulkOutput`. */
export function bulkCommand(resource: Resource): Command {
  const summary = `Write many ${resource.plural} in one call.`;
  return {
    kind: 'command',
    name: `${resource.name}.bulk`,
    noun: resource.name,
    verb: 'bulk',
    permission: `${resource.name}:bulk`,
    graphql: '',
    rest: undefined,
    summary,
    description: summary,
    access: 'member',
    input: { mode: choice(['atomic', 'partial'], { default: 'partial' }), items: json({ required: true }) },
    output: {},
    errors: {
      'bulk.refused': 'An item of an atomic call was refused, so nothing was written; `refused` says which and why.',
      'bulk.unknown_op': 'An item names no verb that this resource offers.',
    },
    parse: (input) => ({ ...readBulk(input) }),
    run: async (input, work) => {
      const { mode, items } = input as unknown as BulkInput;
      const results = await runItems(openWorkOf(work), { resource, items, mode });
      return { mode, results };
    },
  };
}

/** Mode and items of a call; how many there may be is decided by who asks. */
export function readBulk(input: unknown): BulkInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('input.invalid', 'The input must be an object.');
  const { mode = 'partial', items, ...rest }: Partial<Record<string, unknown>> = input;
  const stray = Object.keys(rest)[0];
  if (stray !== undefined) throw invalid('input.invalid', `A bulk call has no member "${stray.slice(0, 80)}". Known: mode, items.`);
  if (mode !== 'atomic' && mode !== 'partial') throw invalid('input.invalid', 'The mode is atomic or partial.');
  if (!Array.isArray(items) || items.length === 0) throw invalid('input.invalid', 'The items are missing: send at least one.');
  return { mode, items };
}

export const tooManyAtOnce = () =>
  new DomainError(
    'too_large',
    'bulk.atomic_too_large',
    `At most ${mostAtOnce} items can be written all or none. Send fewer, or use the mode partial.`,
  );
