import fc from 'fast-check';
import { fiscalPlace, fiscalYear, weekPatterns, type FiscalCalendar, type WeekYear } from './fiscal.js';

const weeksOf = ({ from, to }: { readonly from: string; readonly to: string }) => (Date.parse(to) - Date.parse(from)) / (7 * 86_400_000);

/** The calendar of the National Retail Federation: 4-5-4, to the Saturday nearest to the end of January. */
const retail: WeekYear = { kind: 'weeks', pattern: '4-5-4', lastMonth: 1, lastWeekday: 6, ends: 'nearest' };

test('a year of months begins where the company says and is named after its end', () => {
  const july = { kind: 'months', firstMonth: 7 } as const;
  expect(fiscalYear(july, 2027)).toMatchObject({
    from: '2026-07-01',
    to: '2027-07-01',
    quarters: [{ from: '2026-07-01', to: '2026-10-01' }, {}, {}, {}],
  });
  expect(fiscalPlace(july, '2026-12-31')).toEqual({ year: 2027, quarter: 2, period: 6 });
  expect(fiscalYear({ kind: 'months', firstMonth: 1 }, 2027)).toMatchObject({ from: '2027-01-01', to: '2028-01-01' });
});

// Published by the federation: 2023 has 53 weeks, from 29 January 2023 to 3 February 2024.
test.each([
  ['2022-01-30', '2023-01-29', 52],
  ['2023-01-29', '2024-02-04', 53],
  ['2024-02-04', '2025-02-02', 52],
])('the retail year from %s lasts to %s: %i weeks', (from, to, weeks) => {
  const year = fiscalYear(retail, Number(to.slice(0, 4)));
  expect(year).toMatchObject({ from, to });
  expect(weeksOf(year)).toBe(weeks);
  expect(year.periods.slice(0, 11).map(weeksOf)).toEqual([4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5]);
});

test('4-4-5 to the last Saturday of September: its quarters have thirteen weeks', () => {
  const apple: FiscalCalendar = { kind: 'weeks', pattern: '4-4-5', lastMonth: 9, lastWeekday: 6, ends: 'last' };
  expect(fiscalYear(apple, 2024)).toMatchObject({ from: '2023-10-01', to: '2024-09-29' });
  expect(fiscalYear(apple, 2024).quarters.map(weeksOf)).toEqual([13, 13, 13, 13]);
  expect(weeksOf(fiscalYear(apple, 2023))).toBe(53);
  expect(fiscalPlace(apple, '2023-12-31')).toEqual({ year: 2024, quarter: 2, period: 4 });
});

test('every day lies in one period, and the next year begins where this one ends', () => {
  const calendar = fc.oneof(
    fc.record({ kind: fc.constant('months' as const), firstMonth: fc.integer({ min: 1, max: 12 }) }),
    fc.record({
      kind: fc.constant('weeks' as const),
      pattern: fc.constantFrom(...weekPatterns),
      lastMonth: fc.integer({ min: 1, max: 12 }),
      lastWeekday: fc.integer({ min: 1, max: 7 }),
      ends: fc.constantFrom('last' as const, 'nearest' as const),
    }),
  );
  const day = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2050-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  fc.assert(
    fc.property(calendar, day, (one, on) => {
      const { year, quarter, period } = fiscalPlace(one, on);
      const whole = fiscalYear(one, year);
      const [of, within] = [whole.periods[period - 1], whole.quarters[quarter - 1]];
      const isWithin =
        of !== undefined && within !== undefined && of.from <= on && on < of.to && within.from <= of.from && of.to <= within.to;
      const goesOn =
        fiscalYear(one, year + 1).from === whole.to && whole.periods.every(({ to }, i) => to === (whole.periods[i + 1]?.from ?? whole.to));
      return isWithin && goesOn && (one.kind === 'months' || [52, 53].includes(weeksOf(whole)));
    }),
    { numRuns: 200 },
  );
});
