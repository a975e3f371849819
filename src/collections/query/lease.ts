/** Memory or files that stay for as long as somebody uses them. */
export interface Retained {
  retain(): unknown;
  release(): void;
}

/** What one request uses, kept until its answer is made. */
export class Lease {
  private readonly held = new Set<Retained>();

  /** Keeps it too; twice is as good as once. */
  hold<T extends Retained>(retained: T): T {
    if (this.held.has(retained)) return retained;
    retained.retain();
    this.held.add(retained);
    return retained;
  }

  release(): void {
    for (const retained of this.held) retained.release();
    this.held.clear();
  }
}
