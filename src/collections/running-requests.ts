/** Counts the requests that work with something, so that it can be closed behind the last of them. */
export class RunningRequests {
  /** All that ever began. */
  begun = 0;
  private count = 0;
  private idle: (() => void) | undefined;

  async track<T>(work: () => Promise<T>): Promise<T> {
    this.begun++;
    this.count++;
    try {
      return await work();
    } finally {
      this.count--;
      if (this.count === 0) this.idle?.();
    }
  }

  /** Resolves when none is running, or after `patienceMs`. */
  async ended(patienceMs: number): Promise<void> {
    if (this.count === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.idle = resolve;
    const timer = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(timer);
  }
}
