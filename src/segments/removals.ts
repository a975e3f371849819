/**
 * Rows of a segment that are no longer a point's, and when searches may stop seeing them.
 *
 * A deleted row is hidden at once. A replaced row must not be hidden while a search runs that began before its
 * replacement was published: that search cannot see the new row, and would miss a point that always existed. So a
 * replaced row is hidden from the walk only when the last such search has ended; until then results are sifted here:
 * a search that began after the replacement never returns the old row.
 */
export class Removals {
  private readonly hide: (row: number) => void;
  /** Rows replaced, in order of their moment, not hidden yet. */
  private readonly waiting = new Map<number, number>();
  private readonly running = new Map<number, number>();
  private moment = 0;

  constructor(hide: (row: number) => void) {
    this.hide = hide;
  }

  /** Rows that the walk still sees although they are replaced. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** The row was deleted. */
  delete(row: number): void {
    this.waiting.delete(row);
    this.hide(row);
  }

  /** The row was replaced by one that is published already. */
  replace(row: number): void {
    if (this.running.size === 0) this.hide(row);
    else this.waiting.set(row, ++this.moment);
  }

  /** A search begins; give what this returns back to `end`. */
  begin(): number {
    const { moment } = this;
    this.running.set(moment, (this.running.get(moment) ?? 0) + 1);
    return moment;
  }

  end(begun: number): void {
    const left = (this.running.get(begun) ?? 1) - 1;
    if (left > 0) this.running.set(begun, left);
    else this.running.delete(begun);
    if (this.waiting.size === 0) return;
    const oldest = Math.min(...this.running.keys());
    for (const [row, replacedAt] of this.waiting) {
      if (replacedAt > oldest) break;
      this.waiting.delete(row);
      this.hide(row);
    }
  }

  /** Whether the row was replaced and walks still see it. */
  isWaiting(row: number): boolean {
    return this.waiting.has(row);
  }

  /** Whether a search that began at `begun` may return a row that is removed by now. */
  wasVisible(row: number, begun: number): boolean {
    const replacedAt = this.waiting.get(row);
    return replacedAt !== undefined && replacedAt > begun;
  }
}
