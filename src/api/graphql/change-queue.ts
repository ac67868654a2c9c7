import type { Change, Changes } from './subscriptions.js';

/** Why a stream of changes ends although its listener did not end it: the connection is closed with this code. */
export class StreamEnded extends Error {
  constructor(
    readonly closeCode: number,
    reason: string,
  ) {
    super(reason);
  }
}

/** Changes on their way to one listener. */
export class ChangeQueue implements Changes {
  private waiting: Change[] = [];
  private wake: { give(result: IteratorResult<Change>): void; fail(error: unknown): void } | null = null;
  private failure: Error | null = null;
  private ended = false;
  /** While what was missed is being read, what happens meanwhile waits behind it. */
  private isHeld = false;
  private missed: ReadonlySet<string> = new Set();
  private tellFailure: (error: Error) => void = () => undefined;

  constructor(
    private readonly limit: number,
    private readonly onEnd: () => void,
  ) {}

  hold(): void {
    this.isHeld = true;
  }

  /** Puts `missed` before everything that has come since `hold`. */
  begin(missed: readonly Change[]): void {
    this.missed = new Set(missed.map(({ eventId }) => eventId));
    const since = this.waiting.filter(({ eventId }) => !this.missed.has(eventId));
    this.waiting = [...missed, ...since];
    this.isHeld = false;
    this.hand();
  }

  push(change: Change): void {
    if (this.ended || this.missed.has(change.eventId)) return;
    this.waiting.push(change);
    this.hand();
    if (this.waiting.length > this.limit + this.missed.size) this.fail(new StreamEnded(4429, 'Reads too slowly'));
  }

  /** Ends the stream with an error; what waits is not told any more. */
  fail(error: Error): void {
    if (this.ended) return;
    this.failure = error;
    this.end();
    this.tellFailure(error);
  }

  onFail(listener: (error: Error) => void): void {
    this.tellFailure = listener;
  }

  next(): Promise<IteratorResult<Change>> {
    const change = this.isHeld || this.failure ? undefined : this.waiting.shift();
    if (change) return Promise.resolve({ value: change, done: false });
    if (this.failure) return this.giveUp();
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((give, fail) => {
      this.wake = { give, fail };
    });
  }

  return(): Promise<IteratorResult<Change>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  private giveUp(): Promise<IteratorResult<Change>> {
    const error = this.failure ?? new Error('The stream has ended.');
    this.failure = null;
    return Promise.reject(error);
  }

  private hand(): void {
    const { wake } = this;
    const change = wake && !this.isHeld ? this.waiting.shift() : undefined;
    if (!wake || !change) return;
    this.wake = null;
    wake.give({ value: change, done: false });
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.waiting = [];
    this.onEnd();
    const { wake } = this;
    this.wake = null;
    if (wake && this.failure) this.giveUp().catch((error: unknown) => wake.fail(error));
    else wake?.give({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
