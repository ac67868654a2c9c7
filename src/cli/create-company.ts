import { randomBytes } from 'node:crypto';
import { isEmail, isISO4217CurrencyCode, isTimeZone } from 'class-validator';
import type { Command } from 'commander';
import { provisionTenant } from '#app/auth-wiring.js';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { DomainError } from '#kernel/errors/domain-error.js';

interface Options {
  readonly adminEmail: string;
  readonly adminName: string;
  readonly name?: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly locale: string;
}

/** `kontor create-company`: the first thing a new installation needs. */
export const register = (program: Command): void => {
  program
    .command('create-company')
    .description('Make a company with the usual roles and its first administrator, whose password is shown this once.')
    .argument('<slug>', 'short name: small letters, digits and hyphens')
    .requiredOption('--admin-email <address>', 'with what the administrator signs in')
    .option('--admin-name <name>', 'the name of the administrator', 'Administrator')
    .option('--name <name>', 'the name of the company (default: the slug)')
    .option('--currency <code>', 'currency its figures are summed up in', 'EUR')
    .option('--time-zone <zone>', 'IANA time zone', 'Europe/Berlin')
    .option('--locale <locale>', 'language of texts to its people', 'en')
    .action(async (slug: string, options: Options) => {
      refuseUnfit(options);
      const config = readConfig();
      const system = await openSystem(config, makeLog({ logLevel: 'warn' }));
      try {
        const password = randomBytes(12).toString('base64url');
        const { adminEmail: email, adminName, name = slug, currency, timeZone, locale } = options;
        const company = { slug, name, currency, timeZone, locale, admin: { email, name: adminName, password } };
        await provisionTenant(system.runtime, company);
        console.log(`Made the company "${slug}". Sign in as ${email} with the password ${password} (shown only now).`);
      } catch (error) {
        throw error instanceof DomainError ? new OperatorError(error.message) : error;
      } finally {
        await system.stop();
      }
    });
};

function refuseUnfit({ adminEmail, currency, timeZone, locale }: Options): void {
  if (!isEmail(adminEmail)) throw new OperatorError(`"${adminEmail}" is no mail address.`);
  if (!isISO4217CurrencyCode(currency)) throw new OperatorError(`"${currency}" is no currency such as EUR.`);
  if (!isTimeZone(timeZone)) throw new OperatorError(`"${timeZone}" is no time zone such as Europe/Berlin.`);
  if (!/^[a-z]{2}(-[A-Z]{2})?$/.test(locale)) throw new OperatorError(`"${locale}" is no language such as de or en.`);
}
