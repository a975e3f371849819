import { setImmediate as nextTurn } from 'node:timers/promises';
import { bitsOf, clearBit, hasBit, setBit } from '../base/bitset.ts';
import type { Filter } from '../core/filter.ts';
import { encodeFilter } from '../core/filter-text.ts';
import { unite } from '../filters/bitmaps.ts';
import type { PayloadChunk } from './payload-chunks.ts';
import type { ScanSource } from './payload-scan.ts';

/** Searches that go along with one walk, at most: the time of all is the time of each. */
const SEARCHES_MAX = 32;

/** Someone who waits for a walk. */
interface Search {
  readonly filters: readonly Filter[];
  readonly candidates: Uint32Array;
  readonly signal: AbortSignal;
  readonly found: Walked;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Walked {
  /** For each filter the slots whose payload matches it. */
  readonly matches: readonly Uint32Array[];
  /** Candidates that the walk has left out, because its chunks hold old payloads of theirs. */
  readonly skipped: Uint32Array;
}

/**
 * Walks over all payloads of a shard on worker threads, one at a time. Whoever comes while one is under way waits for
 * the next, which all of them share: reading and finding a value in a payload cost more than testing it, so eight
 * searches together take little more time than one.
 */
export class PayloadWalks {
  private readonly source: ScanSource;
  private waiting: Search[] = [];
  private isWalking = false;

  constructor(source: ScanSource) {
    this.source = source;
  }

  /** What filters match among the candidates, by the payloads as they are at some moment after this call. */
  search(filters: readonly Filter[], candidates: Uint32Array, signal: AbortSignal): Promise<Walked> {
    const found = {
      matches: filters.map(() => new Uint32Array(candidates.length)),
      skipped: new Uint32Array(candidates.length),
    };
    return new Promise((resolve, reject) => {
      this.waiting.push({ filters, candidates, signal, found, resolve: () => resolve(found), reject });
      if (!this.isWalking) void this.walkForAll();
    });
  }

  private async walkForAll(): Promise<void> {
    this.isWalking = true;
    // What comes with the same turn of the event loop goes along.
    await nextTurn();
    while (this.waiting.length > 0) {
      const searches = this.waiting.splice(0, SEARCHES_MAX);
      try {
        await this.walkWhileWanted(searches);
        for (const { resolve } of searches) resolve();
      } catch (error) {
        // Passed on to those who wait.
        for (const { reject } of searches) reject(error);
      }
    }
    this.isWalking = false;
  }

  /** Ends early, on the threads too, where nobody wants to know any more. */
  private async walkWhileWanted(searches: readonly Search[]): Promise<void> {
    const unwanted = new AbortController();
    const left = (): void => {
      if (searches.every(({ signal }) => signal.aborted)) unwanted.abort();
    };
    for (const { signal } of searches) signal.addEventListener('abort', left);
    left();
    try {
      await this.walk(searches, unwanted.signal);
    } finally {
      for (const { signal } of searches) signal.removeEventListener('abort', left);
    }
  }

  private async walk(searches: readonly Search[], unwanted: AbortSignal): Promise<void> {
    const { chunks, stale } = this.source.chunks.walk();
    const wanted = new Uint32Array(Math.max(...searches.map(({ candidates }) => candidates.length)));
    for (const { candidates, found } of searches) {
      unite(wanted, candidates);
      for (const slot of stale) if (hasBit(candidates, slot)) setBit(found.skipped, slot);
    }
    for (const slot of stale) clearBit(wanted, slot);
    const running = new Set<Promise<void>>();
    const failures: unknown[] = [];
    for await (const chunk of chunks) {
      const asking = searches.filter(({ signal }) => !signal.aborted);
      if (asking.length === 0 || failures.length > 0) break;
      const done: Promise<void> = this.scanChunk(chunk, asking, wanted, unwanted)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(done));
      running.add(done);
      if (running.size > this.source.threads) await Promise.race(running);
    }
    await Promise.all(running);
    if (failures.length > 0) throw failures[0];
  }

  private async scanChunk(
    { bytes, starts, slots }: PayloadChunk,
    searches: readonly Search[],
    wanted: Uint32Array,
    unwanted: AbortSignal,
  ): Promise<void> {
    const filters = searches.flatMap((search) => search.filters);
    const matches = searches.flatMap(({ found }) => found.matches);
    const most = payloadsOfTask(filters);
    for (let first = 0; first < slots.length;) {
      const candidates = new Uint32Array(Math.ceil(slots.length / 32));
      let count = 0;
      for (; first < slots.length && count < most; first++) {
        if (!hasBit(wanted, slots[first] ?? 0)) continue;
        setBit(candidates, first);
        count++;
      }
      if (count === 0) return;
      const bitmaps = await this.source.onThread({ bytes, starts, filters, candidates }, unwanted);
      bitmaps.forEach((bits, index) => {
        const match = matches[index] ?? new Uint32Array(0);
        for (const at of bitsOf(bits)) setBit(match, slots[at] ?? 0);
      });
    }
  }
}

/** Characters of a filter's text that take a payload some ten microseconds. */
const COMMON_TEXT = 1000;
/** Payloads of one task with filters of such a length: a few milliseconds, which other searches wait for. */
const COMMON_PAYLOADS = 8192;
const LEAST_PAYLOADS = 32;

/** Payloads that a thread is given at once: the fewer, the more there is to be asked of each. */
function payloadsOfTask(filters: readonly Filter[]): number {
  const length = filters.reduce((sum, filter) => sum + encodeFilter(filter).length, 0);
  return Math.max(LEAST_PAYLOADS, Math.floor(COMMON_PAYLOADS / Math.max(length / COMMON_TEXT, 1)));
}
