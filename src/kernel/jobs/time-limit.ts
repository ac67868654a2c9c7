export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** Rejects when `work` takes longer. The work itself goes on: its caller must make sure it can do no more harm. */
export async function withTimeLimit<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutOfTime(`${what} took longer than ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // a late failure has been reported as the time-out already
  }
}
