import { openWorkOf } from '../db/twins.js';
import { invalid } from '../errors/domain-error.js';
import { boolean, integer, text } from '../resource/fields.js';
import { defineQuery } from '../usecase/define-command.js';
import { underRead } from './audit-fields.js';
import { verifyChain, type Wanted } from './verify-chain.js';

export const verifyAudit = underRead(
  defineQuery({
    name: 'audit.verify',
    summary: 'Whether the audit is as it was written.',
    description:
      'Goes along the chain of the company up to the first link that is broken. Long chains in several calls: go on behind `verifiedTo`.',
    graphql: 'verifyAudit',
    rest: { path: '/audit/verify' },
    input: {
      fromSeq: integer({ min: 1, default: 1, description: 'The first link to look at.' }),
      most: integer({ min: 1, max: 200_000, default: 50_000, description: 'Links to look at in this call.' }),
      knownSeq: integer({ min: 1, description: 'A link that you wrote down, with `knownHash`.' }),
      knownHash: text(64, { description: 'Its hash, in hexadecimal.' }),
    },
    output: {
      intact: boolean({ required: true, description: 'Nothing is broken among what was looked at.' }),
      complete: boolean({ required: true, description: 'The end of the chain was reached.' }),
      checked: integer({ required: true, description: 'Links that were looked at.' }),
      verifiedTo: integer({ required: true, description: 'The last link that is good.' }),
      brokenSeq: integer({ description: 'The first link that is not.' }),
      problem: text(40, {
        description:
          'What is wrong with it: link_missing, link_changed, entry_missing, entry_changed, entry_inserted, tail_missing, anchor_changed or anchor_differs.',
      }),
      headSeq: integer({ description: 'The last link there is.' }),
      headHash: text(64, { description: 'Its hash: written down elsewhere, it proves all before it.' }),
    },

    async run({ fromSeq, most, ...said }, work) {
      const { head, ...report } = await verifyChain(openWorkOf(work), { fromSeq: fromSeq ?? 1, most: most ?? 50_000, ...knownLink(said) });
      return { ...report, headSeq: head?.seq ?? null, headHash: head?.hash ?? null };
    },
  }),
);

interface Said {
  readonly knownSeq?: number | null | undefined;
  readonly knownHash?: string | null | undefined;
}

function knownLink({ knownSeq, knownHash }: Said): Pick<Wanted, 'known'> {
  if (!knownSeq && !knownHash) return {};
  if (!knownSeq || !knownHash) throw invalid('input.invalid', 'Send knownSeq and knownHash together.');
  return { known: { seq: knownSeq, hash: knownHash } };
}
