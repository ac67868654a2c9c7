import type { MetadataPackage } from '../package/package.js';
import { both, choices, field, fieldsOf, object } from './words.js';

const holder = (inverse: string) => field('accountId', 'relation', ['Konto', 'Account'], { target: 'account', settings: { inverse } });
const person = (inverse: string) => field('contactId', 'relation', ['Person', 'Contact'], { target: 'contact', settings: { inverse } });
const number = (numberPattern: string) => field('number', 'autonumber', ['Nummer', 'Number'], { settings: { numberPattern } });
const after = (from: string, until: string) => ({
  checks: [
    {
      formula: `isEmpty(${from}) or isEmpty(${until}) or ${until} >= ${from}`,
      message: { de: 'Das Ende liegt vor dem Anfang.', en: 'It ends before it begins.' },
    },
  ],
});

const contract = object(
  {
    key: 'contract',
    plural: 'contracts',
    labels: ['Vertrag', 'Contract'],
    help: ['Was mit einem Partner vereinbart ist', 'What is agreed with a partner'],
    nameField: 'title',
  },
  [
    number('V-{year}-{00000}'),
    field('title', 'text', ['Gegenstand', 'Subject'], { isRequired: true }),
    holder('ownContracts'),
    field('state', 'enum', ['Stand', 'State'], {
      isIndexed: true,
      defaultValue: 'draft',
      ...choices({ draft: ['Entwurf', 'Draft'], active: ['In Kraft', 'In force'], ended: ['Beendet', 'Ended'] }),
    }),
    field('startsOn', 'date', ['Beginn', 'Starts on'], { isIndexed: true, requiredIf: 'state = "active"' }),
    field('endsOn', 'date', ['Ende', 'Ends on'], { isIndexed: true, ...after('startsOn', 'endsOn') }),
    field('noticeDays', 'int', ['Kündigungsfrist in Tagen', 'Notice in days'], { settings: { minimum: '0', maximum: '3650' } }),
    field('noticeBy', 'formula', ['Kündigen bis', 'Give notice by'], { formula: 'addDays(endsOn, 0 - noticeDays)' }),
    field('monthlyValue', 'money', ['Wert im Monat', 'Monthly value']),
    field('document', 'file', ['Urkunde', 'Document']),
  ],
);

const permit = object(
  {
    key: 'parkingPermit',
    plural: 'parkingPermits',
    labels: ['Parkausweis', 'Parking permit'],
    help: ['Wer wo parken darf', 'Who may park where'],
    nameField: 'plate',
  },
  [
    number('P-{year}-{00000}'),
    field('plate', 'text', ['Kennzeichen', 'Licence plate'], { isRequired: true, isIndexed: true, settings: { maxLength: 20 } }),
    person('parkingPermits'),
    field('zone', 'enum', ['Zone', 'Zone'], {
      isIndexed: true,
      ...choices({ a: ['Zone A', 'Zone A'], b: ['Zone B', 'Zone B'], c: ['Zone C', 'Zone C'] }),
    }),
    field('validFrom', 'date', ['Gültig ab', 'Valid from'], { isRequired: true, isIndexed: true }),
    field('validUntil', 'date', ['Gültig bis', 'Valid until'], { isRequired: true, isIndexed: true, ...after('validFrom', 'validUntil') }),
    field('fee', 'money', ['Gebühr', 'Fee']),
    field('isPaid', 'bool', ['Bezahlt', 'Paid'], { defaultValue: false }),
    field('isValid', 'formula', ['Gilt heute', 'Valid today'], {
      formula: 'validFrom <= today() and validUntil >= today() and isPaid',
    }),
  ],
);

const violation = object(
  {
    key: 'parkingViolation',
    plural: 'parkingViolations',
    labels: ['Parkverstoß', 'Parking violation'],
    help: ['Wer falsch geparkt hat, wo und wann', 'Who parked wrongly, where and when'],
    nameField: 'plate',
  },
  [
    number('O-{year}-{000000}'),
    field('plate', 'text', ['Kennzeichen', 'Licence plate'], { isRequired: true, isIndexed: true, settings: { maxLength: 20 } }),
    person('parkingViolations'),
    field('parkingPermitId', 'relation', ['Parkausweis', 'Parking permit'], {
      target: 'x_parking_permit',
      settings: { inverse: 'violations' },
    }),
    field('seenAt', 'dateTime', ['Festgestellt am', 'Seen at'], { isRequired: true, isIndexed: true }),
    field('place', 'geo', ['Ort', 'Place']),
    field('fine', 'money', ['Bußgeld', 'Fine'], { isRequired: true }),
    field('state', 'enum', ['Stand', 'State'], {
      isIndexed: true,
      defaultValue: 'open',
      ...choices({ open: ['Offen', 'Open'], paid: ['Bezahlt', 'Paid'], waived: ['Erlassen', 'Waived'] }),
    }),
    field('waivedBecause', 'longText', ['Erlassen, weil', 'Waived because'], { requiredIf: 'state = "waived"' }),
  ],
);

const complaint = object(
  {
    key: 'complaint',
    plural: 'complaints',
    labels: ['Beschwerde', 'Complaint'],
    help: ['Worüber sich jemand beschwert hat, und was daraus wurde', 'What somebody complained of, and what became of it'],
    nameField: 'subject',
  },
  [
    number('B-{year}-{00000}'),
    field('subject', 'text', ['Anlass', 'Subject'], { isRequired: true }),
    field('text', 'longText', ['Wortlaut', 'Text'], { piiClass: 'personal' }),
    person('complaints'),
    holder('complaints'),
    field('channels', 'multiEnum', ['Eingang', 'Received by'], {
      ...choices({
        letter: ['Brief', 'Letter'],
        mail: ['E-Mail', 'E-mail'],
        phone: ['Telefon', 'Telephone'],
        office: ['Vor Ort', 'In person'],
      }),
    }),
    field('receivedAt', 'dateTime', ['Eingegangen am', 'Received at'], { isRequired: true, isIndexed: true }),
    field('answeredAt', 'dateTime', ['Beantwortet am', 'Answered at'], { isIndexed: true, ...after('receivedAt', 'answeredAt') }),
    field('isOpen', 'formula', ['Offen', 'Open'], { formula: 'isEmpty(answeredAt)' }),
  ],
);

const policy = object(
  {
    key: 'policy',
    plural: 'policies',
    labels: ['Police', 'Policy'],
    help: ['Eine Versicherung', 'An insurance'],
    nameField: 'policyNumber',
  },
  [
    field('policyNumber', 'text', ['Versicherungsnummer', 'Policy number'], {
      isRequired: true,
      isUnique: true,
      settings: { maxLength: 40 },
    }),
    holder('policies'),
    field('insurerId', 'relation', ['Versicherer', 'Insurer'], { target: 'account', settings: { inverse: 'insuredPolicies' } }),
    field('covers', 'enum', ['Deckt', 'Covers'], {
      isRequired: true,
      isIndexed: true,
      ...choices({ building: ['Gebäude', 'Building'], liability: ['Haftpflicht', 'Liability'], vehicle: ['Fahrzeug', 'Vehicle'] }),
    }),
    field('sumInsured', 'money', ['Versicherungssumme', 'Sum insured']),
    field('premium', 'money', ['Jahresbeitrag', 'Yearly premium']),
    field('startsOn', 'date', ['Beginn', 'Starts on'], { isRequired: true, isIndexed: true }),
    field('endsOn', 'date', ['Ende', 'Ends on'], { isIndexed: true, ...after('startsOn', 'endsOn') }),
  ],
);

const asset = object(
  {
    key: 'buildingAsset',
    plural: 'buildingAssets',
    labels: ['Anlage', 'Building asset'],
    help: ['Ein Gebäude oder was darin gewartet wird', 'A building, or what is serviced in one'],
    nameField: 'name',
  },
  [
    field('name', 'text', ['Bezeichnung', 'Name'], { isRequired: true }),
    field('inventoryNumber', 'text', ['Inventarnummer', 'Inventory number'], { isUnique: true, settings: { maxLength: 40 } }),
    field('partOfId', 'relation', ['Teil von', 'Part of'], { target: 'x_building_asset', settings: { inverse: 'parts' } }),
    holder('buildingAssets'),
    field('policyId', 'relation', ['Police', 'Policy'], {
      target: 'x_policy',
      settings: { inverse: 'buildingAssets', onDelete: 'set_null' },
    }),
    field('address', 'address', ['Anschrift', 'Address']),
    field('place', 'geo', ['Ort', 'Place']),
    field('builtIn', 'int', ['Baujahr', 'Built in'], { settings: { minimum: '1000', maximum: '2200' } }),
    field('area', 'decimal', ['Fläche in m²', 'Area in m²'], { settings: { scale: 2, minimum: '0' } }),
    field('value', 'money', ['Wert', 'Value']),
    field('partCount', 'rollup', ['Teile', 'Parts'], { rollup: { from: 'x_building_asset', by: 'partOfId', function: 'count' } }),
    field('taxPerYear', 'rollup', ['Grundsteuer', 'Property tax'], {
      rollup: { from: 'x_property_tax', by: 'buildingAssetId', function: 'sum', value: 'due.amount' },
    }),
  ],
);

const tax = object(
  {
    key: 'propertyTax',
    plural: 'propertyTaxes',
    labels: ['Grundsteuer', 'Property tax'],
    help: ['Der Bescheid eines Jahres', 'What is due in a year'],
    nameField: 'fileNumber',
  },
  [
    field('fileNumber', 'text', ['Aktenzeichen', 'File number'], { isRequired: true, isUnique: true, settings: { maxLength: 40 } }),
    field('buildingAssetId', 'relation', ['Grundstück', 'Property'], {
      target: 'x_building_asset',
      isRequired: true,
      settings: { inverse: 'propertyTaxes' },
    }),
    field('year', 'int', ['Jahr', 'Year'], { isRequired: true, isIndexed: true }),
    field('assessedValue', 'money', ['Messbetrag', 'Assessed value']),
    field('rate', 'percent', ['Hebesatz', 'Rate'], { settings: { scale: 1, minimum: '0' } }),
    field('due', 'money', ['Fällig', 'Due']),
    field('worksOutAt', 'formula', ['Rechnerisch', 'Works out at'], { formula: 'assessedValue.amount * rate / 100' }),
    field('paidOn', 'date', ['Bezahlt am', 'Paid on'], { isIndexed: true }),
  ],
);

const parts = [contract, permit, violation, complaint, policy, asset, tax];

/** What a town hall or a landlord keeps beside its customers. */
export const contractsAndParkingPermits: MetadataPackage = {
  name: 'contracts-and-parking-permits',
  description: both([
    'Verträge, Parkausweise und Parkverstöße, Beschwerden, Policen, Anlagen und Grundsteuern.',
    'Contracts, parking permits and violations, complaints, policies, building assets and property taxes.',
  ]),
  objects: parts.map((part) => part.object),
  fields: [
    ...parts.flatMap((part) => part.fields),
    ...fieldsOf('account', [
      field('contractCount', 'rollup', ['Verträge in Kraft', 'Contracts in force'], {
        rollup: { from: 'x_contract', by: 'accountId', function: 'count', filter: 'state = "active"' },
      }),
      field('contractValue', 'rollup', ['Wert der Verträge', 'Value of contracts'], {
        rollup: { from: 'x_contract', by: 'accountId', function: 'sum', value: 'monthlyValue.amount', filter: 'state = "active"' },
      }),
    ]),
    ...fieldsOf('contact', [
      field('openFines', 'rollup', ['Offene Bußgelder', 'Open fines'], {
        rollup: { from: 'x_parking_violation', by: 'contactId', function: 'sum', value: 'fine.amount', filter: 'state = "open"' },
      }),
    ]),
  ],
};
