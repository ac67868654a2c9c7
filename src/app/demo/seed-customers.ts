import type { NewRow } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { Account, type Account as AccountRow } from '#modules/customers/account/account.resource.js';
import { ConsentEntry } from '#modules/customers/consent/consent-entry.resource.js';
import { Consent } from '#modules/customers/consent/consent.resource.js';
import { Contact, type Contact as ContactRow } from '#modules/customers/contact/contact.resource.js';
import { accountLines, type AccountLine } from './account-list.js';
import { instantAfter, mobileNumber, phoneNumber, slug, type Dice } from './dice.js';
import { jobTitles, lastNames, men, women } from './people-list.js';
import type { Seller } from './seed-people.js';

export interface Customer {
  readonly account: AccountRow;
  readonly contacts: readonly ContactRow[];
  readonly ownerId: string;
}

export async function seedCustomers(work: Work, dice: Dice, sellers: readonly Seller[]): Promise<Customer[]> {
  const rows = accountLines.map((line, i) => accountRow(line, i, ownerOf(line, i, sellers)));
  const accounts = await work.repo(Account).createMany(rows);
  const people = accounts.flatMap((account) => Array.from({ length: dice.between(2, 3) }, () => account));
  const contacts = await work.repo(Contact).createMany(people.map((account, i) => contactRow(dice, account, i)));
  await seedConsents(work, dice, contacts);
  return accounts.map((account) => ({
    account,
    ownerId: account.ownerId ?? '',
    contacts: contacts.filter((contact) => contact.accountId === account.id),
  }));
}

/** Who looks after an address goes by its postal code. */
function ownerOf([, , , postalCode]: AccountLine, i: number, sellers: readonly Seller[]): string {
  const digit = Number(postalCode[0]);
  const region = digit <= 3 ? 'Nord' : digit <= 6 ? 'West' : 'Süd';
  const regional = sellers.filter((seller) => seller.region === region);
  const owner = regional[i % regional.length] ?? sellers[0];
  if (!owner) throw new Error('The demo company needs sellers.');
  return owner.id;
}

function accountRow(line: AccountLine, i: number, ownerId: string): NewRow<typeof Account> {
  const [name, sector, city, postalCode, employees, revenue, foundedYear] = line;
  return {
    name,
    number: `K-${10_001 + i}`,
    ownerId,
    sector,
    employees,
    foundedYear,
    website: `https://${slug(name)}.example.test`,
    email: `info@${slug(name)}.example.test`,
    phone: phoneNumber(city, i),
    address: { street: `Industriestraße ${((i * 7) % 90) + 1}`, postalCode, city, country: 'DE' },
    annualRevenue: { amount: `${Math.round(revenue * 10)}00000`, currency: 'EUR' },
  };
}

function contactRow(dice: Dice, account: AccountRow, i: number): NewRow<typeof Contact> {
  const isWoman = dice.chance(48);
  const [firstName, lastName] = [dice.pick(isWoman ? women : men), dice.pick(lastNames)];
  return {
    accountId: account.id,
    ownerId: account.ownerId,
    salutation: isWoman ? 'ms' : 'mr',
    firstName,
    lastName,
    jobTitle: dice.pick(jobTitles),
    email: `${slug(firstName)}.${slug(lastName)}@${slug(account.name)}.example.test`,
    phone: phoneNumber(account.address?.city ?? '', 100 + i),
    mobile: mobileNumber(i),
    address: account.address,
    language: dice.chance(92) ? 'de' : 'en',
    timeZone: 'Europe/Berlin',
    doNotCall: dice.chance(6),
  };
}

/** In bulk rather than by the commands: hundreds of single statements would be felt at the first start. */
async function seedConsents(work: Work, dice: Dice, contacts: readonly ContactRow[]): Promise<void> {
  const said = contacts.filter(() => dice.chance(62)).map(({ id }) => statements(work.now, dice, id));
  await work.repo(ConsentEntry).createMany(said.flat());
  await work
    .repo(Consent)
    .createMany(
      said.flatMap((entries) => entries.slice(-1)).map(({ action, saidAt, ...last }) => ({ ...last, status: action, changedAt: saidAt })),
    );
}

/** What a contact has said about the newsletter, oldest first. */
function statements(now: Date, dice: Dice, contactId: string) {
  const granted = dice.between(60, 500);
  const newsletter = { contactId, channel: 'email', purpose: 'newsletter' } as const;
  const source = dice.pick(['Webformular', 'Messe Hannover', 'Telefonat']);
  const grant = {
    ...newsletter,
    action: 'granted' as const,
    source,
    textVersion: 'newsletter-2024-05',
    saidAt: instantAfter(now, -granted),
  };
  if (!dice.chance(14)) return [grant];
  const saidAt = instantAfter(now, -dice.between(1, granted - 1));
  return [grant, { ...newsletter, action: 'withdrawn' as const, source: 'Abmeldelink', textVersion: null, saidAt }];
}
