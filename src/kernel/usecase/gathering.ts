/** How what came is done: one by itself, or several that came meanwhile in one go, with an answer for each in their order. */
export interface Ways<T, R> {
  readonly alone: (item: T) => Promise<R>;
  readonly together: (items: readonly T[]) => Promise<readonly R[]>;
  /** Nothing was done, and what one of them did wrong must not be the others' fault: each is done by itself. */
  readonly isWorthSingling: (error: unknown) => boolean;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R | Promise<R>) => void;
  readonly reject: (error: unknown) => void;
}

const most = 64;

/**
 * Does things of one kind as they come. While as many as may be are under way, what comes waits, and goes together when one of them is through:
 * who comes alone waits for nobody, and a crowd pays once for what each would have paid (group commit, DeWitt et al. 1984).
 */
export class Gathering<T, R> {
  private readonly waiting: Waiting<T, R>[] = [];
  private running = 0;

  constructor(
    private readonly ways: Ways<T, R>,
    private readonly atOnce: number,
  ) {}

  run(item: T): Promise<R> {
    if (this.running < this.atOnce) return this.watch(this.ways.alone(item));
    return new Promise<R>((resolve, reject) => this.waiting.push({ item, resolve, reject }));
  }

  private async watch<X>(doing: Promise<X>): Promise<X> {
    this.running++;
    try {
      return await doing;
    } finally {
      this.running--;
      this.next();
    }
  }

  private next(): void {
    const group = this.waiting.splice(0, most);
    const [first, ...others] = group;
    if (!first) return;
    if (others.length > 0) void this.watch(this.go(group));
    else first.resolve(this.watch(this.ways.alone(first.item)));
  }

  /** Answers everybody, and never rejects. */
  private async go(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.ways.together(group.map(({ item }) => item));
      if (results.length !== group.length) throw new Error(`${group.length} were done together, and ${results.length} answered.`);
      results.forEach((result, i) => group[i]?.resolve(result));
    } catch (error) {
      if (!this.ways.isWorthSingling(error)) return group.forEach(({ reject }) => reject(error));
      await Promise.all(group.map(({ item, resolve, reject }) => this.ways.alone(item).then(resolve, reject)));
    }
  }
}
