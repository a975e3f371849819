/** Runs pieces of work one after another: each waits until nothing else is under way. */
export class OneAtATime {
  #busy: Promise<void> | undefined;

  get isBusy(): boolean {
    return this.#busy !== undefined;
  }

  /** What `work` throws fails this call alone. */
  async run(work: () => Promise<void>): Promise<void> {
    while (this.#busy !== undefined) await this.#busy.catch(() => undefined);
    const running = work().finally(() => {
      this.#busy = undefined;
    });
    this.#busy = running;
    await running;
  }
}
