import { ConnectionError, ERROR } from './frames.ts';

/** Times at once, and in a second from then on. */
const BURST = 1000;
const SECOND = 500;

/**
 * How often one client may do what costs it little and us much: open streams and reset them before they are answered
 * (CVE-2023-44487), make us reset them (CVE-2025-8671), change the windows of all its streams.
 */
export class Patience {
  #left = BURST;
  #readMs: number;

  constructor(nowMs: number) {
    this.#readMs = nowMs;
  }

  /** Throws ConnectionError where it was too often. `nowMs` never goes back. */
  spend(nowMs: number): void {
    this.#left = Math.min(BURST, this.#left + ((nowMs - this.#readMs) / 1000) * SECOND) - 1;
    this.#readMs = nowMs;
    if (this.#left < 0) throw new ConnectionError(ERROR.enhanceYourCalm, 'too many resets or settings');
  }
}
