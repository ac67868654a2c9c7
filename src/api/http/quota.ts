import { LRUCache } from 'lru-cache';

/** So many requests in a window of so many seconds. */
export interface QuotaPolicy {
  readonly name: string;
  readonly limit: number;
  readonly seconds: number;
}

/** What a shared store says after `wanted` more were taken for a key. */
export interface Taken {
  /** In this window by all processes, those just wanted included; more than the limit says that not all were granted. */
  readonly total: number;
  readonly msLeft: number;
}
export interface QuotaStore {
  take(policy: QuotaPolicy, key: string, wanted: number): Promise<Taken>;
}

/** How it stands with a key. `refused` says that this request is one too many. */
export interface Standing {
  readonly refused: boolean;
  /** What is known to be left; other processes may hold some of the rest. */
  readonly remaining: number;
  readonly secondsLeft: number;
}

/** What this process may still answer in the window without asking the store again. */
interface Portion {
  left: number;
  total: number;
  endsAt: number;
  asking: Promise<void> | null;
}

/** The share of the limit a process takes from the store at a time. */
const share = 0.05;
const longestMemory = 100_000;

/**
 * Counts requests by key. The store has the truth; each process takes a portion of the limit from it at a time and counts that
 * down in memory, so that only one request in many waits for the store. Never are more answered than the limit; a key may be
 * refused early by what other processes have taken and not used: at most 5 % of the limit each.
 */
export class Quota {
  private readonly portions = new LRUCache<string, Portion>({ max: longestMemory });
  private readonly size: number;

  constructor(
    readonly policy: QuotaPolicy,
    private readonly store: QuotaStore,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.size = Math.max(1, Math.floor(policy.limit * share));
  }

  /** Without waiting, when the portion in hand is enough or nothing is left in the window; else null: ask `count`. */
  countNow(key: string, cost = 1): Standing | null {
    const portion = this.portions.get(key);
    if (!portion || portion.endsAt <= this.now()) return null;
    if (portion.left >= cost) {
      portion.left -= cost;
      return this.standing(portion, false);
    }
    return portion.total >= this.policy.limit ? this.standing(portion, true) : null;
  }

  /** Whether nothing is left for this key in the window, as far as this process knows. */
  isSpent(key: string): boolean {
    const portion = this.portions.get(key);
    return portion !== undefined && portion.endsAt > this.now() && portion.left < 1 && portion.total >= this.policy.limit;
  }

  async count(key: string, cost = 1): Promise<Standing> {
    for (;;) {
      const known = this.countNow(key, cost);
      if (known) return known;
      await this.fetch(key, cost);
    }
  }

  /** Requests that find no portion wait for one and the same question to the store. */
  private fetch(key: string, cost: number): Promise<void> {
    const known = this.portions.get(key);
    const portion = known ?? { left: 0, total: 0, endsAt: 0, asking: null };
    if (!known) this.portions.set(key, portion);
    portion.asking ??= this.ask(portion, key, Math.max(this.size, cost)).finally(() => {
      portion.asking = null;
    });
    return portion.asking;
  }

  private async ask(portion: Portion, key: string, wanted: number): Promise<void> {
    const { total, msLeft } = await this.store.take(this.policy, key, wanted);
    const isOver = portion.endsAt <= this.now();
    const granted = Math.max(0, wanted - Math.max(0, total - this.policy.limit));
    portion.left = granted + (isOver ? 0 : portion.left);
    portion.total = total;
    portion.endsAt = this.now() + Math.max(1, msLeft);
  }

  private standing({ left, total, endsAt }: Portion, refused: boolean): Standing {
    return {
      refused,
      remaining: left + Math.max(0, this.policy.limit - total),
      secondsLeft: Math.max(1, Math.ceil((endsAt - this.now()) / 1000)),
    };
  }
}
