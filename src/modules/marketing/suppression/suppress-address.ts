import { choice, email, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { takeLane } from '../lanes.js';
import { addressHash } from './address-hash.js';
import { Suppression } from './suppression.resource.js';

export const suppressAddress = defineCommand({
  name: 'suppression.add',
  summary: 'Never write to an address again.',
  description: 'Repeating changes nothing. A complaint stays a complaint.',
  graphql: 'suppressAddress',
  rest: { path: '/suppressions' },
  input: {
    address: email({ required: true }),
    reason: choice(['complaint', 'manual'], { required: true }),
    note: text(500),
  },
  output: { suppressionId: ref('suppression', { required: true }) },
  async run({ address, reason, note }, work) {
    return { suppressionId: await suppress(work, address, reason, note ?? null) };
  },
});

/** Complaints weigh more than what was known before. */
export async function suppress(work: Work, address: string, reason: Suppression['reason'], note: string | null): Promise<string> {
  const hash = addressHash(work, address);
  await takeLane(work, `suppression ${hash}`);
  const rows = work.system.repo(Suppression);
  const known = await rows.first({ addressHash: hash });
  if (!known) return (await rows.create({ addressHash: hash, reason, note })).id;
  if (reason === 'complaint') await rows.update(known.id, { reason, note });
  return known.id;
}

export const isSuppressed = async (work: Work, address: string): Promise<boolean> =>
  (await work.system.repo(Suppression).first({ addressHash: addressHash(work, address) })) !== null;
