import { SingleBar } from 'cli-progress';

export interface ProgressBar {
  show(progress: { readonly done: number; readonly total: number }): void;
  stop(): void;
}

/** A bar that appears with the first news of progress, where somebody looks at it. */
export function progressBar(unit: string): ProgressBar {
  const bar = new SingleBar({
    format: `{bar} {percentage} % | {value}/{total} ${unit} | {duration_formatted}`,
    hideCursor: true,
    noTTYOutput: false,
    clearOnComplete: true,
  });
  let isShown = false;
  return {
    show: ({ done, total }) => {
      if (isShown) bar.update(done);
      else bar.start(total, done);
      isShown = true;
    },
    stop: () => {
      if (isShown) bar.stop();
      isShown = false;
    },
  };
}
