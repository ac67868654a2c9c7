import type { Dice } from './dice.js';

/** The course of one deal in days before (−) or after today. */
export interface DealPlan {
  readonly status: 'open' | 'won' | 'lost';
  readonly engaged: number;
  readonly close: number;
  /** Days on which it came into each stage it passed; the first is `engaged`, the last of a closed one `close`. */
  readonly steps: readonly number[];
}

const openStages = 4;

/** Old deals are mostly decided, young ones mostly open. */
export function planDeal(dice: Dice): DealPlan {
  const engaged = -dice.between(8, 430);
  const status = engaged < -110 ? decided(dice, 54, 34) : decided(dice, 12, 9);
  const passed = status === 'won' ? openStages : dice.between(1, openStages);
  const close = status === 'open' ? dice.between(-6, 95) : engaged + dice.between(6, Math.min(120, -engaged - 1));
  const last = status === 'open' ? -dice.between(1, Math.min(40, -engaged)) : close;
  const count = status === 'open' ? passed : passed + 1;
  const steps = Array.from({ length: count }, (_, i) =>
    count === 1 ? engaged : engaged + Math.floor(((last - engaged) * i) / (count - 1)),
  );
  return { status, engaged, close, steps };
}

function decided(dice: Dice, won: number, lost: number): DealPlan['status'] {
  const throwOf100 = dice.between(1, 100);
  if (throwOf100 <= won) return 'won';
  return throwOf100 <= won + lost ? 'lost' : 'open';
}
