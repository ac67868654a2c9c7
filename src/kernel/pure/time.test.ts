import { dayIn, daysOf, endOfDay, instantOf, isSpanWord, isZoneName, series, spanWords, startOfDay, weekStartOf } from './time.js';

const berlin = 'Europe/Berlin';

describe('planned times', () => {
  test('a time the clocks skip is one step later, and says so', () => {
    expect(instantOf('2027-03-28T02:30:00', berlin)).toEqual({ at: new Date('2027-03-28T01:30:00Z'), isShifted: true });
    expect(new Date('2027-03-28T01:30:00Z').toLocaleTimeString('de', { timeZone: berlin, timeStyle: 'short' })).toBe('03:30');
  });

  test('of a time that comes twice the first is meant', () => {
    expect(instantOf('2027-10-31T02:30:00', berlin)).toEqual({ at: new Date('2027-10-31T00:30:00Z'), isShifted: false });
  });

  test('a weekly series at nine stays at nine on both sides of both changes', () => {
    const clock = (at: Date) => at.toLocaleTimeString('de', { timeZone: berlin, timeStyle: 'short' });
    for (const first of ['2027-03-22T09:00:00', '2027-10-25T09:00:00'])
      expect(series(first, berlin, { everyDays: 7, count: 3 }).map(clock)).toEqual(['09:00', '09:00', '09:00']);
    expect(series('2027-03-22T09:00:00', berlin, { everyDays: 7, count: 2 })).toEqual([
      new Date('2027-03-22T08:00:00Z'),
      new Date('2027-03-29T07:00:00Z'),
    ]);
  });

  test('what is valid until a day ends with that day where the customer is', () => {
    expect(endOfDay('2027-06-30', 'Asia/Tokyo')).toEqual(new Date('2027-06-30T15:00:00Z'));
  });

  test('a day is a day for whoever looks, and begins where he is', () => {
    expect(startOfDay('2027-05-01', 'America/Los_Angeles')).toEqual(new Date('2027-05-01T07:00:00Z'));
    expect(dayIn('America/Los_Angeles', startOfDay('2027-05-01', 'America/Los_Angeles'))).toBe('2027-05-01');
    expect(endOfDay('2027-03-28', berlin).getTime() - startOfDay('2027-03-28', berlin).getTime()).toBe(23 * 3_600_000);
  });
});

test('zones are known by the names they have now and had before, and nothing else is a zone', () => {
  const names = [
    'Europe/Berlin',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Europe/Kyiv',
    'America/Argentina/Buenos_Aires',
    'Etc/UTC',
    'UTC',
    'Etc/GMT+5',
  ];
  expect(names.filter((name) => !isZoneName(name))).toEqual([]);
  const wrong = ['', '+02:00', 'Mars/Olympus', 'europe', `UTC'||pg_sleep(3)--`, 'UTC\n', 'Europe/', `Z${'z'.repeat(70)}`];
  expect(wrong.filter(isZoneName)).toEqual([]);
});

describe('spans as people say them', () => {
  const now = new Date('2027-03-31T22:30:00Z');
  const at = (zone: string, weekStart = 1) => ({ now, zone, weekStart });

  test('today is the day where the viewer is', () => {
    expect(daysOf('today', at(berlin))).toEqual({ from: '2027-04-01', to: '2027-04-02' });
    expect(daysOf('today', at('America/New_York'))).toEqual({ from: '2027-03-31', to: '2027-04-01' });
  });

  test('so is the quarter', () => {
    expect(daysOf('this_quarter', at(berlin))).toEqual({ from: '2027-04-01', to: '2027-07-01' });
    expect(daysOf('this_quarter', at('America/New_York'))).toEqual({ from: '2027-01-01', to: '2027-04-01' });
    expect(daysOf('last_quarter', at(berlin))).toEqual({ from: '2027-01-01', to: '2027-04-01' });
  });

  test('weeks begin on the day they begin on there', () => {
    expect(daysOf('this_week', at(berlin))).toEqual({ from: '2027-03-29', to: '2027-04-05' });
    expect(daysOf('this_week', at(berlin, 7))).toEqual({ from: '2027-03-28', to: '2027-04-04' });
    expect([weekStartOf('de-DE'), weekStartOf('en-US'), weekStartOf('en'), weekStartOf(undefined), weekStartOf('ar-EG')]).toEqual([
      1, 7, 1, 1, 6,
    ]);
  });

  test('fiscal years are those of the company, and calendar years where it says nothing', () => {
    const july = { ...at(berlin), fiscal: { kind: 'months', firstMonth: 7 } as const };
    expect(daysOf('this_fiscal_year', july)).toEqual({ from: '2026-07-01', to: '2027-07-01' });
    expect(daysOf('this_fiscal_quarter', july)).toEqual({ from: '2027-04-01', to: '2027-07-01' });
    expect(daysOf('next_fiscal_quarter', july)).toEqual({ from: '2027-07-01', to: '2027-10-01' });
    expect(daysOf('this_fiscal_quarter', { ...july, zone: 'America/New_York' })).toEqual({ from: '2027-01-01', to: '2027-04-01' });
    expect(daysOf('last_fiscal_year', at(berlin))).toEqual({ from: '2026-01-01', to: '2027-01-01' });
    const retail = { kind: 'weeks', pattern: '4-5-4', lastMonth: 1, lastWeekday: 6, ends: 'nearest' } as const;
    const [first, last] = [new Date('2023-02-01T12:00:00Z'), new Date('2024-02-03T12:00:00Z')];
    expect(daysOf('last_fiscal_quarter', { ...july, now: first, fiscal: retail })).toEqual({ from: '2022-10-30', to: '2023-01-29' });
    expect(daysOf('this_fiscal_period', { ...july, now: last, fiscal: retail })).toEqual({ from: '2023-12-31', to: '2024-02-04' });
    expect(daysOf('next_fiscal_period', { ...july, now: last, fiscal: retail })).toEqual({ from: '2024-02-04', to: '2024-03-03' });
  });

  test('every word is a span that is not empty, and nothing else is', () => {
    for (const word of spanWords) {
      const { from, to } = daysOf(word, at(berlin));
      expect(from < to).toBe(true);
    }
    expect([isSpanWord('today'), isSpanWord('this_decade'), isSpanWord(`'||pg_sleep(3)--`), isSpanWord(null)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
