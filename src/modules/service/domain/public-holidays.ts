/** Regions whose public holidays are known: countries, and states of Germany with what the whole state keeps (ISO 3166-2). */
export const holidayRegions = [
  'AT',
  'DE',
  'DE-BB',
  'DE-BE',
  'DE-BW',
  'DE-BY',
  'DE-HB',
  'DE-HE',
  'DE-HH',
  'DE-MV',
  'DE-NI',
  'DE-NW',
  'DE-RP',
  'DE-SH',
  'DE-SL',
  'DE-SN',
  'DE-ST',
  'DE-TH',
] as const;
export type HolidayRegion = (typeof holidayRegions)[number];

export interface Holiday {
  readonly day: string;
  readonly name: { readonly de: string; readonly en: string };
}

type When = (year: number) => Date;
type Rule = readonly [de: string, en: string, when: When];

const on =
  (month: number, day: number): When =>
  (year) =>
    new Date(Date.UTC(year, month - 1, day));
const fromEaster =
  (days: number): When =>
  (year) =>
    new Date(easter(year).getTime() + days * 86_400_000);

/** The Sunday of Easter by the Gregorian computus. */
function easter(year: number): Date {
  const [golden, century] = [year % 19, Math.floor(year / 100)];
  const shift = century - Math.floor(century / 4) - Math.floor((8 * century + 13) / 25);
  const epact = (19 * golden + shift + 15) % 30;
  const moon = epact - (epact === 29 || (epact === 28 && golden > 10) ? 1 : 0);
  const weekday = (year + Math.floor(year / 4) + moon + 2 - century + Math.floor(century / 4)) % 7;
  return new Date(Date.UTC(year, 2, 28 + moon - weekday));
}

/** The Wednesday before 23 November. */
const repentance: When = (year) => {
  const last = on(11, 22)(year);
  return new Date(last.getTime() - ((last.getUTCDay() + 4) % 7) * 86_400_000);
};

const newYear: Rule = ['Neujahr', 'New Year', on(1, 1)];
const epiphany: Rule = ['Heilige Drei Könige', 'Epiphany', on(1, 6)];
const goodFriday: Rule = ['Karfreitag', 'Good Friday', fromEaster(-2)];
const easterSunday: Rule = ['Ostersonntag', 'Easter Sunday', fromEaster(0)];
const easterMonday: Rule = ['Ostermontag', 'Easter Monday', fromEaster(1)];
const ascension: Rule = ['Christi Himmelfahrt', 'Ascension Day', fromEaster(39)];
const whitSunday: Rule = ['Pfingstsonntag', 'Whit Sunday', fromEaster(49)];
const whitMonday: Rule = ['Pfingstmontag', 'Whit Monday', fromEaster(50)];
const corpusChristi: Rule = ['Fronleichnam', 'Corpus Christi', fromEaster(60)];
const women: Rule = ['Internationaler Frauentag', 'International Women’s Day', on(3, 8)];
const assumption: Rule = ['Mariä Himmelfahrt', 'Assumption Day', on(8, 15)];
const reformation: Rule = ['Reformationstag', 'Reformation Day', on(10, 31)];
const allSaints: Rule = ['Allerheiligen', 'All Saints’ Day', on(11, 1)];

const ofGermany: readonly Rule[] = [
  newYear,
  goodFriday,
  easterMonday,
  ['Tag der Arbeit', 'Labour Day', on(5, 1)],
  ascension,
  whitMonday,
  ['Tag der Deutschen Einheit', 'German Unity Day', on(10, 3)],
  ['1. Weihnachtstag', 'Christmas Day', on(12, 25)],
  ['2. Weihnachtstag', 'Second Day of Christmas', on(12, 26)],
];

const ofStates: Readonly<Record<string, readonly Rule[]>> = {
  'DE-BB': [easterSunday, whitSunday, reformation],
  'DE-BE': [women],
  'DE-BW': [epiphany, corpusChristi, allSaints],
  'DE-BY': [epiphany, corpusChristi, allSaints],
  'DE-HB': [reformation],
  'DE-HE': [corpusChristi],
  'DE-HH': [reformation],
  'DE-MV': [women, reformation],
  'DE-NI': [reformation],
  'DE-NW': [corpusChristi, allSaints],
  'DE-RP': [corpusChristi, allSaints],
  'DE-SH': [reformation],
  'DE-SL': [corpusChristi, assumption, allSaints],
  'DE-SN': [reformation, ['Buß- und Bettag', 'Day of Repentance and Prayer', repentance]],
  'DE-ST': [epiphany, reformation],
  'DE-TH': [['Weltkindertag', 'World Children’s Day', on(9, 20)], reformation],
};

const ofAustria: readonly Rule[] = [
  newYear,
  epiphany,
  easterMonday,
  ['Staatsfeiertag', 'Labour Day', on(5, 1)],
  ascension,
  whitMonday,
  corpusChristi,
  assumption,
  ['Nationalfeiertag', 'National Day', on(10, 26)],
  allSaints,
  ['Mariä Empfängnis', 'Immaculate Conception', on(12, 8)],
  ['Christtag', 'Christmas Day', on(12, 25)],
  ['Stefanitag', 'St. Stephen’s Day', on(12, 26)],
];

/** Public holidays of a region in a year by the law as it is since 2024, in their order. */
export function publicHolidays(region: HolidayRegion, year: number): Holiday[] {
  const rules = region === 'AT' ? ofAustria : [...ofGermany, ...(ofStates[region] ?? [])];
  const days = rules.map(([de, en, when]) => ({ day: when(year).toISOString().slice(0, 10), name: { de, en } }));
  return days.sort((a, b) => (a.day < b.day ? -1 : 1));
}
