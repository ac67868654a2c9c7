import type { NewRow } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { Lead } from '#modules/sales/lead/lead.resource.js';
import { phoneNumber, slug, type Dice } from './dice.js';
import { jobTitles, lastNames, men, women } from './people-list.js';
import type { Seller } from './seed-people.js';

type Status = 'new' | 'working' | 'qualified' | 'disqualified';

const companies = [
  'Ahrtal Mühlen GmbH',
  'Birkenfeld Etiketten KG',
  'Celler Antriebe GmbH',
  'Dünenhof Konserven GmbH',
  'Eichsfeld Metallbau GmbH',
  'Filstal Dosiertechnik GmbH',
  'Grafschaft Molkerei eG',
  'Hunsrück Schmiede KG',
  'Ith Filtertechnik GmbH',
  'Jadebusen Reederei GmbH',
  'Kyffhäuser Glas GmbH',
  'Lechfeld Automation GmbH',
  'Murgtal Papier GmbH',
  'Nordstrand Saatgut eG',
  'Odenwald Kunststoff GmbH',
  'Peene Bootsbau GmbH',
  'Quellental Getränke AG',
  'Remstal Präzision GmbH',
  'Spessart Möbel GmbH',
  'Teufelsmoor Erden KG',
  'Unstrut Anlagen GmbH',
  'Vechte Textil GmbH',
  'Warnow Kühlhaus GmbH',
  'Zollernalb Feinmechanik AG',
] as const;
const sources: readonly [string, ...string[]] = ['Messe Hannover', 'Webformular', 'Empfehlung', 'Kaltakquise', 'Webinar'];
const statuses: readonly Status[] = ['new', 'new', 'working', 'qualified', 'new', 'working', 'qualified', 'disqualified'];

export async function seedLeads(work: Work, dice: Dice, sellers: readonly Seller[]): Promise<number> {
  const leads = await work.repo(Lead).createMany(companies.map((company, i) => leadRow(dice, company, i, sellers)));
  return leads.length;
}

function leadRow(dice: Dice, company: string, i: number, sellers: readonly Seller[]): NewRow<typeof Lead> {
  const status = statuses[i % statuses.length] ?? 'new';
  const [firstName, lastName] = [dice.pick(dice.chance(50) ? women : men), dice.pick(lastNames)];
  return {
    ownerId: sellers[i % sellers.length]?.id ?? '',
    firstName,
    lastName,
    company,
    jobTitle: dice.pick(jobTitles),
    email: `${slug(firstName)}.${slug(lastName)}@${slug(company)}.example.test`,
    phone: phoneNumber('', 900 + i),
    website: `https://${slug(company)}.example.test`,
    source: dice.pick(sources),
    status,
    disqualifiedReason: status === 'disqualified' ? 'Kein Bedarf in den nächsten zwei Jahren' : null,
  };
}
