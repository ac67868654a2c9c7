/** Runs one statement in the caller's transaction (or in one of its own, where the caller says so). */
export type Exec = (text: string, values: unknown[]) => Promise<ExecResult>;

export interface ExecResult {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number | null;
}
