/** One thing `doctor` looked at. */
export interface Finding {
  readonly isGood: boolean;
  readonly what: string;
  readonly told: string;
}

export interface Check {
  readonly what: string;
  /** Tells what it found, or throws what is wrong and what to do. */
  readonly look: () => string | Promise<string>;
}
