import type { StoredMapping } from '../domain/stored/stored-mapping.js';
import { dynamics } from './templates/dynamics.js';
import { espocrm } from './templates/espocrm.js';
import { hubspot } from './templates/hubspot.js';
import { pipedrive } from './templates/pipedrive.js';
import { salesforce } from './templates/salesforce.js';
import { suitecrm } from './templates/suitecrm.js';
import { zoho } from './templates/zoho.js';

interface Template {
  readonly mapping: StoredMapping;
  /** Columns that only its exports have; a table with most of one of these sets is taken to be one. */
  readonly signs: readonly (readonly string[])[];
}

/** Mappings for the exports of well-known systems, in the words in which companies write their own. */
export const templates: ReadonlyMap<string, Template> = new Map([
  [
    'salesforce',
    {
      mapping: salesforce,
      signs: [
        ['Id', 'IsDeleted'],
        ['Id', 'StageName', 'IsWon'],
      ],
    },
  ],
  [
    'hubspot',
    {
      mapping: hubspot,
      signs: [
        ['Record ID', 'Company owner'],
        ['Record ID', 'Contact owner'],
        ['Record ID', 'Deal Stage'],
      ],
    },
  ],
  ['pipedrive', { mapping: pipedrive, signs: [['Organization - Name'], ['Person - Name'], ['Deal - Title']] }],
  [
    'zoho',
    {
      mapping: zoho,
      signs: [
        ['Record Id', 'Account Name'],
        ['Record Id', 'Deal Name'],
        ['Record Id', 'Lead Owner'],
      ],
    },
  ],
  [
    'suitecrm',
    {
      mapping: suitecrm,
      signs: [
        ['ID', 'Date Entered', 'Date Modified'],
        ['id', 'date_entered', 'date_modified'],
      ],
    },
  ],
  [
    'dynamics',
    {
      mapping: dynamics,
      signs: [
        ['accountid', 'statecode'],
        ['contactid', 'statecode'],
        ['opportunityid', 'statecode'],
        ['leadid', 'statecode'],
      ],
    },
  ],
  ['espocrm', { mapping: espocrm, signs: [['id', 'createdAt', 'modifiedAt', 'assignedUserId']] }],
]);

export const templateNamed = (name: string): StoredMapping | undefined => templates.get(name)?.mapping;

/** The template whose system the tables seem to come from. */
export function templateFor(tables: readonly (readonly string[])[]): string | null {
  for (const [name, { signs }] of templates)
    if (tables.some((columns) => signs.some((set) => set.every((sign) => columns.includes(sign))))) return name;
  return null;
}
