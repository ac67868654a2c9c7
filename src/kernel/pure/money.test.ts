import fc from 'fast-check';
import {
  charmPrice,
  discounted,
  distribute,
  exchange,
  exchangeAgain,
  grossLine,
  lineTotal,
  minorDigits,
  percentOf,
  rounded,
  taxOf,
  total,
  unitPriceFor,
} from './money.js';

describe('amounts are rounded where an invoice is', () => {
  test('tax of a rate is rounded once, or line by line where the company wants it so', () => {
    const lines = { nets: ['97.50', '65.00', '32.50'], rate: '19', currency: 'EUR' };
    expect(taxOf(lines)).toBe('37.05');
    expect(lines.nets.map((net) => percentOf(net, '19', 'EUR'))).toEqual(['18.53', '12.35', '6.18']);
    expect(taxOf(lines, 'per_line')).toBe('37.06');
  });

  test('a line shows what the total adds up', () => {
    const line = lineTotal('9.5', '124.75', 'EUR');
    expect([line, total([line], 'EUR')]).toEqual(['1185.13', '1185.13']);
  });

  test('tax is not rounded up before it is rounded', () => {
    expect(taxOf({ nets: ['164.02'], rate: '2.6', currency: 'EUR' })).toBe('4.26');
  });

  test('what was agreed stays as it was, to another currency and back', () => {
    const agreed = { amount: '410.00', currency: 'ALL' };
    const inDollars = exchange(agreed, { to: 'USD', rate: '0.0019001653', rateOn: '2027-01-04' });
    expect(inDollars.base).toEqual({ amount: '0.78', currency: 'USD' });
    expect(exchangeAgain(inDollars, { to: 'ALL', rate: '526.27', rateOn: '2027-01-05' }).base).toEqual(agreed);
  });

  test('a gross target is met by a price finer than coins', () => {
    const unitPrice = unitPriceFor('2500.00', { quantity: '1', rate: '8' });
    expect(unitPrice).toBe('2314.814815');
    expect(grossLine({ quantity: '1', unitPrice, rate: '8', currency: 'EUR' })).toEqual({
      net: '2314.81',
      tax: '185.19',
      gross: '2500.00',
    });
  });

  test('discounts come one after the other', () => {
    expect(discounted('200.00', ['10', '5'], 'EUR')).toBe('171.00');
    expect(discounted('-200.00', ['10'], 'EUR')).toBe('-180.00');
  });

  test.each([
    ['47.30', '49.99'],
    ['42.10', '39.99'],
  ])('%s becomes %s by steps of ten less a cent', (amount, price) => {
    expect(charmPrice(amount, { step: '10', surcharge: '-0.01', currency: 'EUR' })).toBe(price);
  });

  test('half goes away from zero, on both sides', () => {
    expect(['1.005', '-1.005', '1.00499999999999999999999'].map((amount) => rounded(amount, 2))).toEqual(['1.01', '-1.01', '1.00']);
  });

  test('currencies have the digits they have', () => {
    expect(['EUR', 'JPY', 'KWD', 'CLF'].map(minorDigits)).toEqual([2, 0, 3, 4]);
    expect(lineTotal('3', '33.5', 'JPY')).toBe('101');
    expect(lineTotal('3', '0.3335', 'KWD')).toBe('1.001');
  });

  test('the largest stored numbers are multiplied exactly', () => {
    expect(lineTotal('999999999999.999999', '9999999.999999', 'EUR')).toBe('9999999999998999990.00');
  });
});

describe('what is distributed is neither lost nor made', () => {
  test.each([
    ['10.00', ['19.99', '19.99', '5.00'], ['4.45', '4.44', '1.11']],
    ['10.00', ['1', '1', '1'], ['3.34', '3.33', '3.33']],
    ['0.05', ['1', '1', '1', '1'], ['0.02', '0.01', '0.01', '0.01']],
    ['-10.00', ['1', '1', '1'], ['-3.34', '-3.33', '-3.33']],
    ['1.00', ['0', '0'], ['0.50', '0.50']],
    ['1.00', ['0', '7'], ['0.00', '1.00']],
  ])('%s over %j', (amount, weights, parts) => {
    expect(distribute(amount, weights, 'EUR')).toEqual(parts);
  });

  test('there is somebody to distribute to, and nobody gets less than nothing', () => {
    expect(() => distribute('1.00', [], 'EUR')).toThrow('nobody');
    expect(() => distribute('1.00', ['1', '-1'], 'EUR')).toThrow('less than nothing');
  });

  test('parts add up to the whole and none is further than a coin from its share', () => {
    const coins = fc.integer({ min: -1_000_000, max: 1_000_000 });
    const weights = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(coins, weights, fc.constantFrom('EUR', 'JPY', 'KWD'), (whole, shares, currency) => {
        const digits = minorDigits(currency);
        const amount = (whole / 10 ** digits).toFixed(digits);
        const parts = distribute(amount, shares.map(String), currency);
        const sum = shares.reduce((a, b) => a + b, 0);
        const far = parts.some((part, at) => {
          const share = sum === 0 ? whole / shares.length : (whole * (shares[at] ?? 0)) / sum;
          return Math.abs(Math.round(Number(part) * 10 ** digits) - share) >= 1.000001;
        });
        return !far && Number(total(parts, currency)) === Number(amount);
      }),
      { numRuns: 200 },
    );
  });
});
