import { Baseline } from '../server/baseline.ts';
import { atRecall, median, type Measured } from '../server/at-recall.ts';

/** What one thread of hnswlib-node did on the machine that Qdrant was measured on, that hour (DESIGN.md section 8). */
const THEN = { recall: 0.977, perSecond: 3239 };
const EFS = [26, 32, 40];
const ROWS = 100_000;
const DIMENSION = 768;

/** How fast this machine is now, by hnswlib-node on one core, as a share of the one that Qdrant was measured on. */
export class MachineSpeed {
  readonly #baseline: Baseline = new Baseline(0);
  readonly #shares: number[] = [];

  async measure(durationMs: number): Promise<void> {
    const measured: Measured[] = [];
    for (const ef of EFS) measured.push(await this.#baseline.search(ROWS, DIMENSION, ef, durationMs));
    this.#shares.push(atRecall(measured, THEN.recall) / THEN.perSecond);
  }

  /** Median of what was measured. */
  get share(): number {
    return median(this.#shares);
  }

  close(): void {
    this.#baseline.close();
  }
}
