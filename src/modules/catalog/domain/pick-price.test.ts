import { isValidOn, pickTier } from './pick-price.js';

const tiers = [
  { minQuantity: '1', unitPrice: '90' },
  { minQuantity: '50.0000', unitPrice: '80' },
  { minQuantity: '9.5', unitPrice: '85' },
];

test.each([
  ['0.5', null],
  ['1', '90'],
  ['9.4999', '90'],
  ['9.50', '85'],
  ['49', '85'],
  ['50', '80'],
  ['1000000000000.5', '80'],
])('a quantity of %s costs %s', (quantity, unitPrice) => {
  expect(pickTier(tiers, quantity)?.unitPrice ?? null).toBe(unitPrice);
});

test('a product without tiers has no price', () => {
  expect(pickTier([], '1')).toBeNull();
});

test('a list is valid on its first and its last day, and on none outside', () => {
  const year = { startsOn: '2026-01-01', endsOn: '2026-12-31' };
  expect(['2025-12-31', '2026-01-01', '2026-12-31', '2027-01-01'].map((day) => isValidOn(year, day))).toEqual([false, true, true, false]);
  expect(isValidOn({ startsOn: null, endsOn: null }, '1900-01-01')).toBe(true);
});
