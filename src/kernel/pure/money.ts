import { Decimal } from 'decimal.js';

/** Wide enough for a product of any two stored numbers; half is rounded away from zero, as invoices do. */
const Exact = Decimal.clone({ precision: 80, rounding: Decimal.ROUND_HALF_UP });
type Exact = Decimal;

/** A decimal string, never a float. */
export type Amount = string;

/** Digits after the point where a currency has not two: ISO 4217. */
const otherDigits: ReadonlyMap<string, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code) => [code, 0] as const,
  ),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ...['CLF', 'UYW'].map((code) => [code, 4] as const),
]);

/** How many digits after the point the smallest coin of a currency has. */
export const minorDigits = (currency: string): number => otherDigits.get(currency) ?? 2;

/** Digits of prices of one piece: finer than coins, so that a target for the whole can be met. */
export const UNIT_PRICE_DIGITS = 6;

/** An amount to so many digits, half away from zero. */
export const rounded = (amount: Amount, digits: number): Amount => asAmount(new Exact(amount), digits);

const asAmount = (value: Exact, digits: number): Amount => value.toDecimalPlaces(digits).toFixed(digits);

/** The sum of amounts of one currency. Nothing is rounded that was rounded before. */
export const total = (amounts: readonly Amount[], currency: string): Amount => asAmount(sumOf(amounts), minorDigits(currency));

const sumOf = (amounts: readonly Amount[]): Exact => amounts.reduce((sum, amount) => sum.plus(amount), new Exact(0));

/** Net of a line, rounded once: what the line shows is what the total adds up. */
export const lineTotal = (quantity: Amount, unitPrice: Amount, currency: string): Amount =>
  asAmount(new Exact(quantity).times(unitPrice), minorDigits(currency));

/** What so many percent of an amount are, in whole coins. */
export const percentOf = (amount: Amount, percent: Amount, currency: string): Amount =>
  asAmount(new Exact(amount).times(percent).div(100), minorDigits(currency));

/** `per_rate`: tax of the sum of all nets of one rate. `per_line`: the sum of the taxes of the lines. */
export type TaxRounding = 'per_rate' | 'per_line';

export interface Taxed {
  readonly nets: readonly Amount[];
  /** In percent. */
  readonly rate: Amount;
  readonly currency: string;
}

export function taxOf({ nets, rate, currency }: Taxed, rounding: TaxRounding = 'per_rate'): Amount {
  if (rounding === 'per_rate') return percentOf(sumOf(nets).toFixed(), rate, currency);
  return total(
    nets.map((net) => percentOf(net, rate, currency)),
    currency,
  );
}

/** One discount after the other, each of what the one before has left, and each rounded by itself. */
export const discounted = (amount: Amount, percents: readonly Amount[], currency: string): Amount =>
  percents.reduce(
    (left, percent) => asAmount(new Exact(left).minus(percentOf(left, percent, currency)), minorDigits(currency)),
    rounded(amount, minorDigits(currency)),
  );

/** The net price of one piece that brings the whole, taxed, to a gross amount. */
export function unitPriceFor(gross: Amount, { quantity, rate }: { readonly quantity: Amount; readonly rate: Amount }): Amount {
  const factor = new Exact(rate).div(100).plus(1);
  return asAmount(new Exact(gross).div(factor).div(quantity), UNIT_PRICE_DIGITS);
}

/** Net, tax and gross of a line whose price was made for a gross amount: the gross is rounded, the tax is what lies between. */
export function grossLine(line: {
  readonly quantity: Amount;
  readonly unitPrice: Amount;
  readonly rate: Amount;
  readonly currency: string;
}): { readonly net: Amount; readonly tax: Amount; readonly gross: Amount } {
  const { quantity, unitPrice, rate, currency } = line;
  const exact = new Exact(quantity).times(unitPrice);
  const gross = asAmount(exact.times(new Exact(rate).div(100).plus(1)), minorDigits(currency));
  const net = lineTotal(quantity, unitPrice, currency);
  return { net, tax: asAmount(new Exact(gross).minus(net), minorDigits(currency)), gross };
}

/** The nearest multiple of `step`, and a little more or less: 49.99 instead of 47.30. */
export const charmPrice = (
  amount: Amount,
  { step, surcharge, currency }: { readonly step: Amount; readonly surcharge: Amount; readonly currency: string },
): Amount => asAmount(new Exact(amount).div(step).toDecimalPlaces(0).times(step).plus(surcharge), minorDigits(currency));

/**
 * An amount cut into parts by weights so that not a coin is lost or made: everybody gets the whole coins of his share, the coins left over go to
 * those with the largest remainders, to the earlier of two equal ones. Where all weights are zero the parts are equal.
 */
export function distribute(amount: Amount, weights: readonly Amount[], currency: string): Amount[] {
  if (weights.length === 0) throw new RangeError('There is nobody to distribute to.');
  const given = weights.map((weight) => new Exact(weight));
  if (given.some((weight) => weight.isNegative())) throw new RangeError('A share cannot be less than nothing.');
  const shares = given.every((weight) => weight.isZero()) ? given.map(() => new Exact(1)) : given;
  const digits = minorDigits(currency);
  const coins = new Exact(rounded(amount, digits)).times(new Exact(10).pow(digits));
  const parts = coinsOf(coins.abs(), shares);
  return parts.map((part) => asAmount((coins.isNegative() ? part.negated() : part).div(new Exact(10).pow(digits)), digits));
}

function coinsOf(coins: Exact, shares: readonly Exact[]): Exact[] {
  const whole = shares.reduce((sum, share) => sum.plus(share), new Exact(0));
  const exact = shares.map((share) => coins.times(share).div(whole));
  const parts = exact.map((part) => part.floor());
  const left = parts.reduce((rest, part) => rest.minus(part), coins).toNumber();
  const first = exact
    .map((part, at) => ({ at, remainder: part.minus(part.floor()) }))
    .sort((a, b) => b.remainder.comparedTo(a.remainder) || a.at - b.at)
    .slice(0, left);
  const luckier = new Set(first.map(({ at }) => at));
  return parts.map((part, at) => (luckier.has(at) ? part.plus(1) : part));
}

export interface Sum {
  readonly amount: Amount;
  /** ISO 4217. */
  readonly currency: string;
}

/** An amount beside what it was worth in another currency on a day. What was agreed is `original`; nothing is worked out back from `base`. */
export interface Exchanged {
  readonly original: Sum;
  readonly base: Sum;
  /** Units of the base currency one unit of the original buys. */
  readonly rate: Amount;
  /** The day of the rate. */
  readonly rateOn: string;
}

export function exchange(
  original: Sum,
  { to, rate, rateOn }: { readonly to: string; readonly rate: Amount; readonly rateOn: string },
): Exchanged {
  const amount = asAmount(new Exact(original.amount).times(rate), minorDigits(to));
  return { original, base: { amount, currency: to }, rate, rateOn };
}

/** In another currency, always from what was agreed and never from what it was worth in between. */
export const exchangeAgain = ({ original }: Exchanged, next: Parameters<typeof exchange>[1]): Exchanged =>
  next.to === original.currency ? exchange(original, { ...next, rate: '1' }) : exchange(original, next);
