/**
 * What travels down the house with a request. Nothing below `operations/` knows who asks.
 * signal    aborts when the client hangs up or the deadline passes.
 * deadline  milliseconds on the clock of `performance.now()`, or undefined.
 */
export interface Context {
  readonly signal: AbortSignal;
  readonly deadlineMs: number | undefined;
}
