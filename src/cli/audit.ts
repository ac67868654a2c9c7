import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { systemActor } from '#kernel/access/actor.js';
import { exportAudit } from '#kernel/audit/export-audit.js';
import { sealAudit } from '#kernel/audit/seal-audit.js';
import { verifyAudit } from '#kernel/audit/verify-audit.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { doorsOf } from '#kernel/jobs/task-host.js';
import { Runner } from '#kernel/usecase/runner.js';

const perCall = 50_000;

/** `kontor audit`: whether the audit of a company is as it was written, and taking it elsewhere. */
export const register = (program: Command): void => {
  const audit = program.command('audit').description('The audit of a company.');
  audit
    .command('verify')
    .description('Go along its chain of hashes; ends with status 1 when a link is broken.')
    .argument('<company>', 'its short name')
    .option('--known <seq:hash>', 'a link that was written down elsewhere', knownLink)
    .action((slug: string, options: { known?: KnownLink }) =>
      withCompany(slug, async (place) => {
        if (!(await verify(place, options.known))) process.exitCode = 1;
      }),
    );
  audit
    .command('export')
    .description('Write its links to standard output, one JSON a line. The export is noted in it.')
    .argument('<company>', 'its short name')
    .action((slug: string) => withCompany(slug, exportAll));
};

interface KnownLink {
  readonly knownSeq: number;
  readonly knownHash: string;
}

function knownLink(text: string): KnownLink {
  const [, seq, hash] = /^(\d{1,9}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (!seq || !hash) throw new InvalidArgumentError('Write the number of the link, a colon and its hash of 64 digits.');
  return { knownSeq: Number(seq), knownHash: hash };
}

export interface Place {
  readonly runtime: Runtime;
  readonly tenantId: string;
}

export async function verify(place: Place, known?: KnownLink, say: (line: string) => unknown = console.log): Promise<boolean> {
  while ((await sealAudit(doorsOf(place.runtime))) > 0);
  for (let fromSeq = 1; ;) {
    const { result } = await new Runner(place.runtime).run(verifyAudit, { fromSeq, most: perCall, ...known }, callOf(place));
    if (!result.intact) {
      say(`The audit is broken at link ${result.brokenSeq ?? 0} (${result.problem ?? ''}); up to ${result.verifiedTo} it is good.`);
      return false;
    }
    if (result.complete) {
      say(`The audit is whole: ${result.verifiedTo} links, the last has the hash ${result.headHash ?? 'of none'}.`);
      return true;
    }
    fromSeq = result.verifiedTo + 1;
  }
}

async function exportAll(place: Place): Promise<void> {
  for (let next: number | null | undefined = 1; next;) {
    const { result }: { result: { links: readonly unknown[]; nextSeq?: number | null | undefined } } = await new Runner(place.runtime).run(
      exportAudit,
      { fromSeq: next, most: 1000 },
      callOf(place),
    );
    for (const link of result.links) process.stdout.write(`${JSON.stringify(link)}\n`);
    next = result.nextSeq;
  }
}

const callOf = ({ tenantId }: Place) => ({ tenantId, actor: systemActor('command line') });

async function withCompany(slug: string, act: (place: Place) => Promise<unknown>): Promise<void> {
  const config = readConfig();
  const system = await openSystem(config, makeLog({ logLevel: 'warn' }));
  try {
    const { runtime } = system;
    const { rows } = await runtime.database.pool.query<{ id: string | null }>('select imports.tenant_of_slug($1) as id', [slug]);
    const tenantId = rows[0]?.id;
    if (!tenantId) throw new OperatorError(`There is no company "${slug}".`);
    await act({ runtime, tenantId });
  } finally {
    await system.stop();
  }
}
