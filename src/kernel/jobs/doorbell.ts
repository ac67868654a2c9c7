/** A note that a task is due. It carries no truth: losing or doubling one changes nothing but the time. */
export interface Bell {
  readonly tenantId: string;
  readonly taskId: string;
  /** Name of the job, effect or subscriber. */
  readonly name: string;
  readonly key: string;
  /** Failed tries so far. */
  readonly attempts: number;
  readonly dueAt: Date;
}

export interface Doorbell {
  /** Wakes workers up. Rejects when it could not be sure. */
  ring(bells: readonly Bell[]): Promise<void>;
}

/** The same for every ring of one try, so that a repeated ring does not queue twice; new for the next try or a moved time. */
export const bellId = (bell: Bell): string => `${bell.taskId}.${bell.attempts}.${bell.dueAt.getTime()}`;
