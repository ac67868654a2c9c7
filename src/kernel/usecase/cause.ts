/** What led to a piece of work; kept with audit and events. */
export interface Cause {
  /** Name of the command, query, job or subscriber. */
  readonly command: string;
  readonly requestId?: string;
  readonly eventId?: string;
  readonly taskId?: string;
  /** The operation or import it is a part of. */
  readonly batchId?: string;
  /** It is history: who would start something by it does not hear of it. */
  readonly silent?: true;
}

/** Where a request comes from and why it was made, as far as its sender says; kept with audit. */
export interface Origin {
  readonly reason?: string;
  readonly ip?: string;
  readonly client?: string;
}
