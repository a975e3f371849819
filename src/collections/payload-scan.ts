import { setImmediate as nextTurn } from 'node:timers/promises';
import { bitsOf, countBits, setBit } from '../base/bitset.ts';
import type { Filter } from '../core/filter.ts';
import { compilePayloadFilter } from '../filters/payload-filter.ts';
import type { ScanTask } from '../filters/payload-scan.ts';
import { refuseAborted } from '../core/context.ts';
import type { PayloadChunks } from './payload-chunks.ts';
import { PayloadWalks } from './payload-walks.ts';

/** Fewer candidates than this are read one by one. */
const DIRECT_MAX = 1024;
/** Read in one piece on the main thread: a warm read and a test take some 10 µs. */
const DIRECT_PIECE = 64;
/** How long payloads may be looked at before the event loop turns. */
const SLICE_MS = 1;

/** What a scan needs of its shard. */
export interface ScanSource {
  readonly chunks: PayloadChunks;
  /** Payloads of slots; empty for one that is not in use any more. */
  payloadsOf(slots: readonly number[]): Promise<readonly Uint8Array[]>;
  /** Runs a scan on a worker thread. Throws timeout where the signal aborts. */
  onThread(task: ScanTask, signal: AbortSignal): Promise<readonly Uint32Array[]>;
  /** Scans that can be under way at once. */
  readonly threads: number;
}

/**
 * Evaluates filters over stored payloads: few points on this thread, many on worker threads, chunk by chunk, so that the
 * event loop is never held. The result is right for points that do not change meanwhile; the caller looks at the others
 * again.
 */
export class PayloadScan {
  private readonly source: ScanSource;
  private readonly walks: PayloadWalks;

  constructor(source: ScanSource) {
    this.source = source;
    this.walks = new PayloadWalks(source);
  }

  /**
   * For each filter the slots whose payload matches it, looked for among the candidates; it may name others too.
   * Throws timeout where the signal aborts.
   */
  async run(filters: readonly Filter[], candidates: Uint32Array, signal: AbortSignal): Promise<readonly Uint32Array[]> {
    if (countBits(candidates) <= DIRECT_MAX) {
      const matches = filters.map(() => new Uint32Array(candidates.length));
      await this.runHere(filters, candidates, matches, signal);
      return matches;
    }
    const { matches, skipped } = await this.walks.search(filters, candidates, signal);
    refuseAborted(signal);
    await this.runHere(filters, skipped, matches, signal);
    return matches;
  }

  private async runHere(
    filters: readonly Filter[],
    candidates: Uint32Array,
    matches: readonly Uint32Array[],
    signal: AbortSignal,
  ): Promise<void> {
    const tests = filters.map(compilePayloadFilter);
    const slots = [...bitsOf(candidates)];
    let began = performance.now();
    for (let first = 0; first < slots.length; first += DIRECT_PIECE) {
      const piece = slots.slice(first, first + DIRECT_PIECE);
      const payloads = await this.source.payloadsOf(piece);
      refuseAborted(signal);
      for (const [index, slot] of piece.entries()) {
        const payload = payloads[index] as Uint8Array;
        tests.forEach((test, filter) => {
          if (test(payload)) setBit(matches[filter] as Uint32Array, slot);
        });
        // A payload may weigh megabytes.
        if (performance.now() - began < SLICE_MS) continue;
        await nextTurn();
        refuseAborted(signal);
        began = performance.now();
      }
    }
  }
}
