export interface PriceTier {
  /** Decimal string: the price holds from this quantity on. */
  readonly minQuantity: string;
  readonly unitPrice: string;
}

/** The tier with the highest starting quantity that `quantity` reaches, or null when it reaches none. */
export function pickTier<T extends PriceTier>(tiers: readonly T[], quantity: string): T | null {
  return tiers.reduce<T | null>((best, tier) => {
    if (compareDecimals(tier.minQuantity, quantity) > 0) return best;
    return best && compareDecimals(best.minQuantity, tier.minQuantity) >= 0 ? best : tier;
  }, null);
}

export interface Validity {
  readonly startsOn: string | null;
  readonly endsOn: string | null;
}

/** Both days belong to the span; an empty one leaves it open on that side. */
export const isValidOn = ({ startsOn, endsOn }: Validity, day: string) =>
  (startsOn === null || startsOn <= day) && (endsOn === null || day <= endsOn);

/** Orders decimal strings that are not negative, without going through floating point. */
function compareDecimals(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  const width = Math.max(x.whole.length, y.whole.length);
  const digits = Math.max(x.rest.length, y.rest.length);
  const left = x.whole.padStart(width, '0') + x.rest.padEnd(digits, '0');
  const right = y.whole.padStart(width, '0') + y.rest.padEnd(digits, '0');
  return left < right ? -1 : left > right ? 1 : 0;
}

function parts(value: string): { whole: string; rest: string } {
  const [whole = '0', rest = ''] = value.split('.');
  return { whole, rest };
}
