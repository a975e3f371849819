/**
 * What travels down the house with a request. Nothing below `operations/` knows who asks.
 * signal  aborts when the client hangs up or the time that it gave is over.
 */
export interface Context {
  readonly signal: AbortSignal;
}
