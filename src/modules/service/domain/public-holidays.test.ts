import { holidayRegions, publicHolidays } from './public-holidays.js';

const days = (region: (typeof holidayRegions)[number], year: number) => publicHolidays(region, year).map(({ day }) => day);

test.each([
  [2024, '2024-03-31'],
  [2025, '2025-04-20'],
  [2026, '2026-04-05'],
  [2027, '2027-03-28'],
  [2035, '2035-03-25'],
  [2038, '2038-04-25'],
  [2049, '2049-04-18'],
  [2076, '2076-04-19'],
])('Easter of %i is on %s', (year, sunday) => {
  expect(days('DE-BB', year)).toContain(sunday);
});

test('Germany keeps nine days everywhere, and each state its own', () => {
  expect(days('DE', 2026)).toEqual([
    '2026-01-01',
    '2026-04-03',
    '2026-04-06',
    '2026-05-01',
    '2026-05-14',
    '2026-05-25',
    '2026-10-03',
    '2026-12-25',
    '2026-12-26',
  ]);
  const own = (region: (typeof holidayRegions)[number]) => days(region, 2026).filter((day) => !days('DE', 2026).includes(day));
  expect(own('DE-NW')).toEqual(['2026-06-04', '2026-11-01']);
  expect(own('DE-SN')).toEqual(['2026-10-31', '2026-11-18']);
  expect(own('DE-BE')).toEqual(['2026-03-08']);
  expect(own('DE-TH')).toEqual(['2026-09-20', '2026-10-31']);
});

test('the day of repentance is the Wednesday before 23 November', () => {
  const found = [2024, 2025, 2027, 2028, 2029].map((year) =>
    publicHolidays('DE-SN', year)
      .find(({ name }) => name.en.startsWith('Day of Repentance'))
      ?.day.slice(5),
  );
  expect(found).toEqual(['11-20', '11-19', '11-17', '11-22', '11-21']);
});

test('Austria keeps thirteen', () => {
  expect(days('AT', 2027)).toHaveLength(13);
  expect(publicHolidays('AT', 2027).find(({ day }) => day === '2027-10-26')?.name).toEqual({ de: 'Nationalfeiertag', en: 'National Day' });
});

test('no region has a day twice', () => {
  for (const region of holidayRegions)
    for (let year = 2024; year < 2060; year += 1) expect(new Set(days(region, year)).size).toBe(days(region, year).length);
});
