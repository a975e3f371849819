/** Signals that ask to stop, and their numbers: a process that they end has 128 + the number for its exit status. */
const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

export type StopSignal = keyof typeof NUMBERS;

/** Calls `first` at the first signal, which may come at any time from now on; a second one ends the process at once. */
export function onStopSignal(first: (signal: StopSignal) => void): void {
  let isStopping = false;
  const stop = (signal: StopSignal): void => {
    if (isStopping) process.exit(stopStatus(signal));
    isStopping = true;
    first(signal);
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
}

/** The exit status of a process that gave up its work because of a signal. */
export function stopStatus(signal: StopSignal): number {
  return 128 + NUMBERS[signal];
}
