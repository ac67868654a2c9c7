/** What other systems, and people, call the same thing. The first of a line is how fields here are called. */
const synonyms: readonly (readonly string[])[] = [
  [
    'name',
    'companyname',
    'accountname',
    'firma',
    'firmenname',
    'unternehmen',
    'organization',
    'organizationname',
    'organisation',
    'kunde',
    'title',
    'bezeichnung',
    'productname',
    'dealname',
    'opportunityname',
    'potentialname',
    'reportsname',
  ],
  ['firstName', 'givenname', 'vorname', 'first'],
  ['lastName', 'surname', 'familyname', 'nachname', 'last'],
  ['email', 'emailaddress', 'mail', 'primaryemail', 'email1', 'workemail', 'emailwork'],
  ['phone', 'telephone', 'phonenumber', 'phonework', 'phoneoffice', 'businessphone', 'officephone', 'telefon', 'tel', 'workphone'],
  ['mobile', 'mobilephone', 'mobilephonenumber', 'cell', 'cellphone', 'phonemobile', 'handy', 'mobil'],
  ['jobTitle', 'title', 'position', 'role', 'funktion', 'jobposition', 'contacttitle'],
  ['website', 'url', 'homepage', 'web', 'companydomainname', 'domain', 'webseite'],
  ['sector', 'industry', 'branche'],
  ['employees', 'numberofemployees', 'employeecount', 'noofemployees', 'mitarbeiter', 'numberemployees'],
  ['annualRevenue', 'revenue', 'turnover', 'umsatz', 'jahresumsatz', 'annualsales'],
  ['foundedYear', 'yearopened', 'yearestablished', 'yearfounded', 'gruendungsjahr'],
  [
    'address.street',
    'street',
    'billingstreet',
    'billingaddressstreet',
    'mailingstreet',
    'primaryaddressstreet',
    'addressline1',
    'address',
    'strasse',
    'streetaddress',
    'address1',
  ],
  ['address.city', 'city', 'billingcity', 'billingaddresscity', 'mailingcity', 'primaryaddresscity', 'ort', 'stadt', 'town'],
  [
    'address.postalCode',
    'postalcode',
    'zip',
    'zipcode',
    'billingpostalcode',
    'billingcode',
    'mailingpostalcode',
    'mailingzip',
    'plz',
    'postleitzahl',
    'postcode',
  ],
  ['address.region', 'region', 'state', 'billingstate', 'mailingstate', 'province', 'stateregion', 'bundesland'],
  ['address.country', 'country', 'billingcountry', 'mailingcountry', 'countryregion', 'land', 'countrycode'],
  ['amount', 'value', 'dealvalue', 'closevalue', 'dealamount', 'betrag', 'wert'],
  ['closeOn', 'closedate', 'expectedclosedate', 'closingdate', 'dateclosed', 'abschlussdatum'],
  ['source', 'leadsource', 'quelle', 'originalsource'],
  ['company', 'companyname', 'accountname', 'organization', 'firma'],
  ['notes', 'description', 'comments', 'note', 'beschreibung', 'notizen'],
  ['description', 'notes', 'beschreibung'],
  ['externalRef', 'id', 'recordid', 'externalid', 'key', 'nummer', 'contactid', 'accountid'],
  ['number', 'accountnumber', 'customernumber', 'kundennummer', 'customerno', 'accountno'],
  ['code', 'productcode', 'sku', 'articlenumber', 'artikelnummer', 'itemnumber'],
  ['family', 'category', 'productfamily', 'productline', 'kategorie'],
  ['subject', 'topic', 'betreff', 'activitysubject'],
  ['dueOn', 'duedate', 'faellig', 'faelligkeit'],
  ['createdAt', 'createddate', 'createdate', 'datecreated', 'dateentered', 'createdtime', 'createdon', 'angelegtam', 'addtime'],
  [
    'updatedAt',
    'lastmodifieddate',
    'modifieddate',
    'datemodified',
    'modifiedtime',
    'lastmodified',
    'updatedon',
    'geaendertam',
    'updatetime',
  ],
  ['language', 'sprache', 'preferredlanguage'],
  ['salutation', 'anrede', 'honorific'],
];

/** What files of a resource are called. */
const files: Readonly<Record<string, readonly string[]>> = {
  account: [
    'account',
    'accounts',
    'company',
    'companies',
    'organization',
    'organizations',
    'customers',
    'customer',
    'firmen',
    'firma',
    'firms',
    'kunden',
    'reseller',
    'suppliers',
  ],
  contact: ['contact', 'contacts', 'people', 'persons', 'person', 'kontakte', 'ansprechpartner'],
  lead: ['lead', 'leads', 'interessenten', 'prospects'],
  opportunity: ['opportunity', 'opportunities', 'deals', 'deal', 'potentials', 'pipeline', 'verkaufschancen'],
  product: ['product', 'products', 'items', 'articles', 'produkte', 'artikel'],
  activity: ['activity', 'activities', 'tasks', 'calls', 'meetings', 'events', 'notes', 'aktivitaeten'],
};

/** Letters and digits only, in small letters, German letters spelled out. */
export const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replaceAll(/__c$/g, '')
    .replaceAll(/[^a-z0-9]/g, '');

/** How well a column's name fits a field, from 0 to 1, and why. */
export function nameFit(column: string, field: string): { readonly score: number; readonly why: string } {
  const [given, wanted] = [plainName(column), plainName(field.replace(/^.*\./, ''))];
  if (given === '' || wanted === '') return { score: 0, why: '' };
  if (given === wanted) return { score: 1, why: `the column is called like the field` };
  const known = synonyms.find(([own, ...others]) => own === field && others.includes(given));
  if (known) return { score: 0.9 - Math.min(0.2, known.indexOf(given) * 0.01), why: `"${column}" is what other systems call it` };
  const [long, short] = given.length > wanted.length ? [given, wanted] : [wanted, given];
  if (short.length >= 4 && long.includes(short))
    return { score: 0.3 + (0.4 * short.length) / long.length, why: `the names have "${short}" in common` };
  return { score: 0, why: '' };
}

/** How well a file's name fits a resource. */
export function fileFit(table: string, resource: string): number {
  const words = table
    .replace(/\.[a-z]+(?=$|#)/i, '')
    .split(/[^\p{L}\p{N}]+/u)
    .map(plainName);
  const wanted = files[resource] ?? [plainName(resource), `${plainName(resource)}s`];
  const at = wanted.findIndex((name) => words.includes(name));
  return at === -1 ? 0 : 1 - at * 0.05;
}
