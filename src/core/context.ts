import { VectorizerError } from './errors.ts';

/**
 * What travels down the house with a request. Nothing below `operations/` knows who asks.
 * signal      aborts when the client hangs up or the time that it gave is over.
 * credential  what the caller proves itself with: an API key or a token; undefined = nothing.
 */
export interface Context {
  readonly signal: AbortSignal;
  readonly credential: string | undefined;
}

/** The same for work that goes on when the client has hung up: its signal never aborts. */
export function lasting(context: Context): Context {
  return { ...context, signal: new AbortController().signal };
}

/** To be called between two pieces of work. Throws timeout where nobody waits for the answer any more. */
export function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new VectorizerError('timeout', 'the request was cancelled');
}
