import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work may hold the event loop before others have a turn. */
const SLICE_MS = 2;

/**
 * Work on the event loop that may be long: between its pieces, of well under a millisecond, it asks whether the slice is
 * over, and then lets the loop turn.
 */
export class Slice {
  private begunMs = performance.now();

  get isOver(): boolean {
    return performance.now() - this.begunMs > SLICE_MS;
  }

  /** Others have their turn; the next slice begins. */
  async turn(): Promise<void> {
    await nextTurn();
    this.begunMs = performance.now();
  }
}
