/** A writer waits this long for each point, for each time that the graphs' lag exceeds what is harmless. */
const SLOW_DOWN_MS = 1;
const SLOW_DOWN_MAX_MS = 1000;
/** So long after a search writers mind the next one. */
const SEARCHED_MS = 2000;

/**
 * How fast a collection is written to. What its graphs have not reached is scanned by every search, and the scans leave the
 * graphs less time: while somebody searches, writers wait for the graphs. While nobody does, an upload goes as fast as the log
 * takes it, and the graphs follow.
 */
export class WritePace {
  readonly #nowMs: () => number;
  #searchedMs = -Infinity;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Somebody searches. */
  searched(): void {
    this.#searchedMs = this.#nowMs();
  }

  /**
   * Milliseconds that a writer should wait.
   * lag  of the graphs, in units of what a search scans without much delay (`graphLag`).
   */
  waitMs(pointCount: number, lag: number): number {
    if (lag <= 1 || this.#nowMs() - this.#searchedMs > SEARCHED_MS) return 0;
    return Math.min(SLOW_DOWN_MAX_MS, pointCount * SLOW_DOWN_MS * (lag - 1));
  }
}
