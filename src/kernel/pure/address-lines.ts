/** A postal address as its country wants it written. `country` is an ISO 3166-1 alpha-2 code. */
export interface PostalAddress {
  readonly street?: string | null;
  readonly postalCode?: string | null;
  readonly city?: string | null;
  readonly region?: string | null;
  readonly country?: string | null;
}

/** `A` the street, `C` the city, `S` the region, `Z` the postal code; a bar begins a new line. */
const usual = 'A|Z C|S';

/**
 * What countries have in common, by how they write (facts of the Universal Postal Union's addressing guides). All others write the usual way.
 * Libraries made of Google's address data leave out what a country's form has no place for, such as a Japanese city beside its prefecture or the
 * postal code of a country they do not know. Here a postal code is always written, a city too; a region only where the country writes one.
 */
const ways: Readonly<Record<string, string>> = {
  'A|Z C':
    'AT BA BE BG CH CY CZ DE DK EE FI FO FR GF GL GP GR HR IS LI LT LU MC ME MK MQ NC NL NO PF PL PM PT RE RO RS SE SI SJ SK TN VA YT',
  'A|Z C S': 'AR CL ES IT SM UY',
  'A|Z C, S': 'MX',
  'A|Z C/S': 'TR',
  'A|C, S Z': 'US PR GU VI AS MP UM',
  'A|C S Z': 'CA AU TW KY',
  'A|C Z': 'NZ BD BN IL IR JO LB MM NP OM PK SA KW',
  'A|C Z|S': 'IN NG PE',
  'A|C|S Z': 'ID TH VN',
  'A|C|S|Z': 'EG IQ RU UA',
  'A|C|Z': 'GB GG IM JE ZA KE LK FK GI',
  'A|C|S': 'IE HK AE BS JM CO PA SV HN BO',
  'A|C-S|Z': 'BR',
  'A|C, Z': 'LV',
  'C|A|Z': 'HU',
  'A|C S|Z': 'KR CN',
  'Z|S C|A': 'JP',
  'A|C': 'AG AW BZ GH GY LY MO QA RW SY TT UG ZW',
  'A|S Z': 'SG',
};
const wayOf = new Map(Object.entries(ways).flatMap(([way, countries]) => countries.split(' ').map((country) => [country, way] as const)));

/** Lines of an address without its country. What is not there leaves no gap, and no comma behind. */
export function addressLines(address: PostalAddress): string[] {
  const own = wayOf.get(address.country ?? '') ?? usual;
  const way = own.includes('Z') ? own : `${own}|Z`;
  const parts: Readonly<Record<string, string>> = {
    A: said(address.street),
    C: said(address.city),
    S: said(address.region),
    Z: said(address.postalCode),
  };
  return way.split('|').flatMap((line) => {
    // A part, and what stands before it where something precedes it.
    const written = [...line.matchAll(/([^A-Z]*)([A-Z])/g)].reduce((text, [, between = '', part = '']) => {
      const value = parts[part] ?? '';
      return value === '' ? text : text === '' ? value : `${text}${between}${value}`;
    }, '');
    return written.split('\n').filter((one) => one !== '');
  });
}

const said = (text: string | null | undefined) =>
  (text ?? '')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ *\n+ */g, '\n')
    .trim();
