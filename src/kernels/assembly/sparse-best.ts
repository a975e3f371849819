import { ROW_MASK, keyScore, scoreKey } from './beam';

/** The k best rows of a sparse search: a heap of keys (beam.ts), the worst at its root. k may be in the thousands. */

let keys: u32 = 0;
let capacity: u32 = 0;
let size: u32 = 0;
/** A row must score more than this to be one of the best: the k-th best score, or less than all while there are fewer. */
export let best: f32 = 0;

/** Begins with no rows; the heap has room for `k` keys at `address`. */
export function startBest(address: u32, k: u32): void {
  keys = address;
  capacity = k;
  size = 0;
  best = -f32.MAX_VALUE;
}

/** Begins again, where the k best rows are known to score more than `least`. */
export function restartBest(least: f32): void {
  size = 0;
  best = least;
}

/** Takes a row in if its score is above `best`. */
export function offerRow(row: u32, score: f32): void {
  if (size == capacity) {
    if (score <= best) return;
    sink(scoreKey(score) | row, size);
  } else {
    lift(scoreKey(score) | row);
    if (++size < capacity) return;
  }
  best = keyScore(load<u64>(keys));
}

/** Writes rows and scores, best first, and answers how many. */
export function writeBest(rows: u32, scores: u32): u32 {
  const count = size;
  while (size > 0) {
    const key = load<u64>(keys);
    size--;
    store<u32>(rows + (size << 2), <u32>key & ROW_MASK);
    store<f32>(scores + (size << 2), keyScore(key));
    if (size > 0) sink(load<u64>(keys + (size << 3)), size);
  }
  return count;
}

/** Puts a key at the end and lifts it past larger ones. */
function lift(key: u64): void {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    const other = load<u64>(keys + (parent << 3));
    if (other <= key) break;
    store<u64>(keys + (at << 3), other);
    at = parent;
  }
  store<u64>(keys + (at << 3), key);
}

/** Puts a key in the root's place and lets it sink below smaller ones, among `count`. */
function sink(key: u64, count: u32): void {
  let at: u32 = 0;
  for (;;) {
    let child = (at << 1) + 1;
    if (child >= count) break;
    if (child + 1 < count && load<u64>(keys + (child << 3), 8) < load<u64>(keys + (child << 3))) child++;
    const other = load<u64>(keys + (child << 3));
    if (other >= key) break;
    store<u64>(keys + (at << 3), other);
    at = child;
  }
  store<u64>(keys + (at << 3), key);
}
