import { randomBytes } from 'node:crypto';
import { isEmail, isISO4217CurrencyCode, isTimeZone } from 'class-validator';
import type { Command } from 'commander';
import { provisionTenant } from '#app/auth-wiring.js';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { isSlug, type NewTenant } from '#modules/identity/tenant/create-tenant.js';

export interface CompanyOptions {
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
    .description('Make a company with the usual roles, a sales pipeline and its first administrator, whose password is shown this once.')
    .argument('<slug>', 'short name: small letters, digits and hyphens')
    .requiredOption('--admin-email <address>', 'with what the administrator signs in')
    .option('--admin-name <name>', 'the name of the administrator', 'Administrator')
    .option('--name <name>', 'the name of the company (default: the slug)')
    .option('--currency <code>', 'currency its figures are summed up in (ISO 4217)', 'EUR')
    .option('--time-zone <zone>', 'IANA time zone', 'Europe/Berlin')
    .option('--locale <locale>', 'language of texts to its people: de or en', 'en')
    .action(async (slug: string, options: CompanyOptions) => {
      const password = randomBytes(12).toString('base64url');
      const company = companyOf(slug, options, password);
      const config = readConfig();
      const system = await openSystem(config, makeLog({ logLevel: 'warn' }));
      try {
        await provisionTenant(system.runtime, company);
        console.log(`Made the company "${slug}". Sign in as ${company.admin.email} with the password ${password} (shown only now).`);
      } catch (error) {
        throw error instanceof DomainError ? new OperatorError(error.message) : error;
      } finally {
        await system.stop();
      }
    });
};

/** What was asked for, or a sentence for each thing that cannot be. */
export function companyOf(slug: string, options: CompanyOptions, password: string): NewTenant {
  const { adminEmail: email, adminName, name = slug, currency, timeZone, locale } = options;
  const unfit = [
    isSlug(slug) ? '' : `"${slug}" is no short name of a company: 1 to 63 small letters, digits and hyphens, none at an end, such as acme.`,
    name.trim() === '' ? 'The company needs a name: leave --name out to call it by its short name.' : '',
    isEmail(email) ? '' : `"${email}" is no mail address: --admin-email is what the administrator signs in with.`,
    adminName.trim() === '' ? 'The administrator needs a name: --admin-name.' : '',
    isISO4217CurrencyCode(currency) ? '' : `"${currency}" is no currency: --currency takes a code of ISO 4217, such as EUR.`,
    isZone(timeZone) ? '' : `"${timeZone}" is no time zone: --time-zone takes a name of the IANA list, such as Europe/Berlin.`,
    /^(de|en)(-[A-Z]{2})?$/.test(locale) ? '' : `"${locale}" is no language Kontor speaks: --locale takes de or en.`,
  ].filter((sentence) => sentence !== '');
  if (unfit.length > 0) throw new OperatorError(unfit.join('\n'));
  const admin = { email, name: adminName, password };
  return { slug, name, currency: currency.toUpperCase(), timeZone, locale, admin, isFurnished: true };
}

/** A name, for an offset such as +01:00 knows no summer. */
const isZone = (text: string): boolean => /^[A-Za-z]/.test(text) && isTimeZone(text);
