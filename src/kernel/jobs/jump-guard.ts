import type { Clock } from '#kernel/usecase/clock.js';

const tolerableMs = 5_000;
/** Longer than any lease: what was leased before the jump has ended or been renewed by then. */
const settlingMs = 30_000;

/** Notices when the wall clock and the monotonic one part ways: leases are wall-clock times and would all seem to end at once. */
export class JumpGuard {
  private wall: number;
  private steady = performance.now();
  private settledAt = 0;

  constructor(private readonly clock: Clock) {
    this.wall = clock.now().getTime();
  }

  /** True when the wall clock moved by more than the time that passed since the last call. */
  jumped(): boolean {
    const wall = this.clock.now().getTime();
    const steady = performance.now();
    const difference = Math.abs(wall - this.wall - (steady - this.steady));
    this.wall = wall;
    this.steady = steady;
    if (difference <= tolerableMs) return false;
    this.settledAt = steady + settlingMs;
    return true;
  }

  /** True for a while after a jump. */
  settling(): boolean {
    return performance.now() < this.settledAt;
  }
}
