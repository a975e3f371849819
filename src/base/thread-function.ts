/** What a function that runs on another thread is given: all of it can be cloned. */
export interface ThreadCall<Argument> {
  readonly argument: Argument;
  /** Shared: its word is not 0 from the time on that nobody waits for the answer any more. */
  readonly cancelled: Int32Array;
}

/** A function that another thread may call by its module and name. Cancelled before it began it answers undefined. */
export type ThreadFunction<Argument, Answer> = (call: ThreadCall<Argument>) => Answer | undefined;

/** Makes a function one of these. `run` asks isCancelled as it goes, and may answer anything once that is so. */
export function threadFunction<Argument, Answer>(
  run: (argument: Argument, isCancelled: () => boolean) => Answer,
): ThreadFunction<Argument, Answer> {
  return ({ argument, cancelled }) => {
    const isCancelled = (): boolean => Atomics.load(cancelled, 0) !== 0;
    return isCancelled() ? undefined : run(argument, isCancelled);
  };
}
