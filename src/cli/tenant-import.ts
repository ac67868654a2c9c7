import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { systemActor } from '#kernel/access/actor.js';
import { unpackBox, type Unpacked } from '#kernel/box/unpack-box.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { hashPassword } from '#modules/identity/password/hash-password.js';
import { storePassword } from '#modules/identity/password/store-password.js';
import { isSlug } from '#modules/identity/tenant/create-tenant.js';
import { User } from '#modules/identity/user/user.resource.js';
import { verify } from './audit.js';
import { progressBar } from './progress-bar.js';
import { tenantOf } from './tenant-of.js';

interface Options {
  readonly file: string;
  readonly slug?: string;
  readonly name?: string;
  readonly fingerprint?: string;
  readonly hold?: boolean;
  readonly resetPassword?: string;
}

/** `kontor tenant:import`: a company out of an archive. */
export const register = (program: Command): void => {
  program
    .command('tenant:import')
    .description('Make a company of an archive that tenant:export wrote: whole, or not at all. See docs/tenant-in-a-box.md.')
    .requiredOption('--file <path>', 'the archive')
    .option('--slug <slug>', 'the short name of the company here: of a new one, or of an empty one (default: as it was)', slug)
    .option('--name <name>', 'the name of the company here (default: as it was)')
    .option('--fingerprint <hash>', 'the fingerprint tenant:export told: any other archive is refused', fingerprint)
    .option('--hold', 'let waiting tasks rest until "tenant:wake" (default for a copy beside the original)')
    .option('--no-hold', 'let waiting tasks go on')
    .option('--reset-password <email>', 'give this user a new password, shown this once')
    .action(async (options: Options) => {
      const system = await openSystem(readConfig(), makeLog({ logLevel: 'warn' }));
      try {
        const unpacked = await importTenant(system.runtime, options);
        await verify({ runtime: system.runtime, tenantId: unpacked.tenantId });
        if (options.resetPassword) await resetPassword(system.runtime, unpacked.tenantId, options.resetPassword);
      } catch (error) {
        throw error instanceof DomainError ? new OperatorError(error.message) : error;
      } finally {
        await system.stop();
      }
    });
};

function slug(text: string): string {
  if (!isSlug(text)) throw new InvalidArgumentError('1 to 63 small letters, digits and hyphens, none at an end.');
  return text;
}

function fingerprint(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('64 hexadecimal digits.');
  return text;
}

async function importTenant(runtime: Runtime, { file, hold, slug, ...options }: Options): Promise<Unpacked> {
  const bar = progressBar('rows');
  try {
    const unpacked = await unpackBox(runtime, {
      path: resolve(file),
      ...(slug ? { slug, tenantId: await tenantOf(runtime, slug) } : {}),
      ...(options.name ? { name: options.name } : {}),
      ...(options.fingerprint ? { fingerprint: options.fingerprint } : {}),
      ...(hold === undefined ? {} : { isHeld: hold }),
      onProgress: (progress) => bar.show(progress),
    });
    bar.stop();
    tell(unpacked, slug);
    return unpacked;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ENOENT') throw new OperatorError(`There is no file ${resolve(file)}.`);
    throw error;
  } finally {
    bar.stop();
  }
}

function tell({ manifest, isCopy, isHeld }: Unpacked, slug = manifest.tenant.slug): void {
  const rows = manifest.parts.reduce((sum, part) => sum + part.rows, 0);
  console.log(
    `Unpacked ${rows} rows and ${manifest.files.count} files as the company "${slug}"${isCopy ? ', a copy with an id of its own' : ''}.`,
  );
  if (isHeld) console.log(`What was waiting to be done rests: kontor tenant:wake --tenant ${slug} lets it go on.`);
  if (!manifest.withSecrets)
    console.log('The box had no passwords: people get new ones from an administrator (--reset-password makes his).');
}

async function resetPassword(runtime: Runtime, tenantId: string, email: string): Promise<void> {
  const password = randomBytes(12).toString('base64url');
  const hash = await hashPassword(password);
  const inside = { tenantId, actor: systemActor('command line'), cause: { command: 'tenant.import' } };
  await runtime.withWork(inside, async (work) => {
    const user = await work.repo(User).first({ email: email.trim().toLowerCase() });
    if (!user) throw new OperatorError(`The company is there, but nobody in it has the address ${email}.`);
    await storePassword(work, user.id, hash);
  });
  console.log(`${email} signs in with the password ${password} (shown only now).`);
}
