import { bitsOf, countBits, hasBit } from '../base/bitset.ts';
import type { Filter } from '../core/filter.ts';
import { compilePayloadFilter } from '../filters/payload-filter.ts';
import type { ScanTask } from '../filters/payload-scan.ts';
import { refuseAborted } from './filter-matcher.ts';
import type { PayloadChunk, PayloadChunks } from './payload-chunks.ts';

/** Fewer candidates than this are read one by one. */
const DIRECT_MAX = 1024;
/** Read in one piece on the main thread: a warm read and a test take some 10 µs. */
const DIRECT_PIECE = 64;

/** What a scan needs of its shard. */
export interface ScanSource {
  readonly chunks: PayloadChunks;
  /** Payloads of slots; empty for one that is not in use any more. */
  payloadsOf(slots: readonly number[]): Promise<readonly Uint8Array[]>;
  /** Runs a scan on a worker thread. */
  onThread(task: ScanTask): Promise<readonly Uint32Array[]>;
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

  constructor(source: ScanSource) {
    this.source = source;
  }

  /**
   * For each filter the slots whose payload matches it, looked for among the candidates.
   * Throws timeout where the signal aborts.
   */
  async run(
    filters: readonly Filter[],
    candidates: Uint32Array,
    signal: AbortSignal,
  ): Promise<readonly Uint32Array[]> {
    const results = filters.map(() => new Uint32Array(candidates.length));
    if (countBits(candidates) <= DIRECT_MAX) await this.runHere(filters, candidates, results, signal);
    else await this.runOnThreads(filters, candidates, results, signal);
    return results;
  }

  private async runHere(
    filters: readonly Filter[],
    candidates: Uint32Array,
    results: readonly Uint32Array[],
    signal: AbortSignal,
  ): Promise<void> {
    const tests = filters.map(compilePayloadFilter);
    const slots = [...bitsOf(candidates)];
    for (let first = 0; first < slots.length; first += DIRECT_PIECE) {
      const piece = slots.slice(first, first + DIRECT_PIECE);
      const payloads = await this.source.payloadsOf(piece);
      refuseAborted(signal);
      piece.forEach((slot, index) => {
        const payload = payloads[index] as Uint8Array;
        tests.forEach((test, filter) => {
          if (test(payload)) setBit(results[filter] as Uint32Array, slot);
        });
      });
    }
  }

  private async runOnThreads(
    filters: readonly Filter[],
    candidates: Uint32Array,
    results: readonly Uint32Array[],
    signal: AbortSignal,
  ): Promise<void> {
    const { chunks, stale } = this.source.chunks.walk();
    const fresh = candidates.slice();
    const changed = new Uint32Array(candidates.length);
    for (const slot of stale) {
      if (hasBit(fresh, slot)) setBit(changed, slot);
      clearBit(fresh, slot);
    }
    const running = new Set<Promise<void>>();
    try {
      for await (const chunk of chunks) {
        refuseAborted(signal);
        const work = this.scanChunk(chunk, filters, fresh, results);
        const done: Promise<void> = work.finally(() => running.delete(done));
        running.add(done);
        if (running.size > this.source.threads) await Promise.race(running);
      }
    } finally {
      await Promise.all(running);
    }
    await this.runHere(filters, changed, results, signal);
  }

  private async scanChunk(
    { bytes, starts, slots }: PayloadChunk,
    filters: readonly Filter[],
    wanted: Uint32Array,
    results: readonly Uint32Array[],
  ): Promise<void> {
    const candidates = new Uint32Array(Math.ceil(slots.length / 32));
    let count = 0;
    slots.forEach((slot, at) => {
      if (!hasBit(wanted, slot)) return;
      setBit(candidates, at);
      count++;
    });
    if (count === 0) return;
    const found = await this.source.onThread({ bytes, starts, filters, candidates });
    found.forEach((bits, filter) => {
      const result = results[filter] as Uint32Array;
      for (const at of bitsOf(bits)) setBit(result, slots[at] as number);
    });
  }
}

function setBit(words: Uint32Array, member: number): void {
  words[member >>> 5] = (words[member >>> 5] ?? 0) | (1 << (member & 31));
}

function clearBit(words: Uint32Array, member: number): void {
  words[member >>> 5] = (words[member >>> 5] ?? 0) & ~(1 << (member & 31));
}
