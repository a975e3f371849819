import { setTimeout as delay } from 'node:timers/promises';

/** How long a snapshot rests, for as long as it has worked while there were requests. */
const REST = 4;
const REST_MS_MAX = 300;
/** How often that is looked at. */
const LOOK_MS = 5;

/**
 * Lets requests go first. A snapshot takes the disk, the memory bus and some of the event loop from them: while there are
 * any it works a fifth of the time, so that writes keep more than two thirds of their rate (scripts/bench/storage).
 */
export class PolitePace {
  private readonly requestsBegun: () => number;
  private seen: number;
  private sinceMs = performance.now();

  /** requestsBegun: all requests that ever began. */
  constructor(requestsBegun: () => number) {
    this.requestsBegun = requestsBegun;
    this.seen = requestsBegun();
  }

  /** To be awaited between pieces of work. */
  async rest(): Promise<void> {
    const workedMs = performance.now() - this.sinceMs;
    if (workedMs < LOOK_MS) return;
    if (this.requestsBegun() > this.seen) await delay(Math.min(workedMs * REST, REST_MS_MAX));
    this.seen = this.requestsBegun();
    this.sinceMs = performance.now();
  }
}
