import { asBuffer } from '../base/json/stored-json.ts';
import { type ThreadFunction, threadFunction } from '../base/thread-function.ts';
import type { Filter } from '../core/filter.ts';
import { compilePayloadFilters } from './payload-filter.ts';

/** The address of this module, for a worker. */
export const SCAN_MODULE: string = import.meta.url;

/**
 * Payloads to look through.
 * bytes       raw JSON objects end to end, in shared memory.
 * starts      count + 1 offsets into `bytes`; start = end: no payload.
 * candidates  bitmap over positions (bit p % 32 of word p / 32): others are left out; undefined = all.
 */
export interface ScanTask {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly filters: readonly Filter[];
  readonly candidates: Uint32Array | undefined;
}

/** Payloads looked at between two questions whether anybody still waits: some hundred microseconds. */
const POLLED_PAYLOADS = 64;

/**
 * What a worker runs: for each filter a bitmap over the positions of the payloads that satisfy it. Ends early, with less than
 * that, when it is cancelled.
 */
export const scanPayloads: ThreadFunction<ScanTask, readonly Uint32Array[]> = threadFunction(scan);

function scan({ bytes, starts, filters, candidates }: ScanTask, isCancelled: () => boolean): readonly Uint32Array[] {
  const buffer = asBuffer(bytes);
  const count = starts.length - 1;
  const { enter, tests } = compilePayloadFilters(filters);
  const bitmaps = tests.map(() => new Uint32Array((count + 31) >>> 5));
  for (let position = 0; position < count; position++) {
    const word = position >>> 5;
    const bit = 1 << (position & 31);
    if (position % POLLED_PAYLOADS === 0 && isCancelled()) break;
    if (candidates !== undefined && ((candidates[word] ?? 0) & bit) === 0) continue;
    enter(buffer, starts[position] ?? 0, starts[position + 1] ?? 0);
    for (let index = 0; index < tests.length; index++) {
      const bitmap = bitmaps[index];
      if (bitmap !== undefined && tests[index]?.() === true) bitmap[word] = (bitmap[word] ?? 0) | bit;
    }
  }
  return bitmaps;
}
