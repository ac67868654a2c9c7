const SAME_PRESS_MS = 1_500;

/**
 * Calls `stop` once, on the first SIGINT or SIGTERM, and ends the process after it. Under `npm start` one Ctrl-C arrives twice, from the
 * terminal and from npm: what follows within a moment is the same press. A later one means "now".
 */
export function onStopSignal(stop: () => Promise<void>): void {
  let first: number | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    if (first !== undefined) {
      if (performance.now() - first > SAME_PRESS_MS) process.exit(signal === 'SIGINT' ? 130 : 143);
      return;
    }
    first = performance.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
}
