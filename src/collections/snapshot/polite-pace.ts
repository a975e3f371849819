import { setTimeout as delay } from 'node:timers/promises';

/** From here on the event loop is busy with more than a snapshot, which keeps it busy for a third of the time. */
const BUSY = 0.7;
/** How long the snapshot then rests, for as long as it has worked. */
const REST = 2;
const REST_MS_MAX = 200;
/** Over less time nothing can be told. */
const LOOK_MS = 5;

/**
 * Lets requests go first. A snapshot takes the disk, the memory bus and some of the event loop from them: while there are
 * requests it works a third of the time, so that writes keep more than two thirds of their rate (scripts/bench/storage).
 */
export class PolitePace {
  private seen = performance.eventLoopUtilization();
  private beganMs = performance.now();

  /** To be awaited between pieces of work. */
  async rest(): Promise<void> {
    const workedMs = performance.now() - this.beganMs;
    if (workedMs < LOOK_MS) return;
    const { utilization } = performance.eventLoopUtilization(this.seen);
    if (utilization > BUSY) await delay(Math.min(workedMs * REST, REST_MS_MAX));
    this.seen = performance.eventLoopUtilization();
    this.beganMs = performance.now();
  }
}
