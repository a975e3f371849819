import { SPACE_SCORES } from '../layout';
import {
  BLOCK_BUDGET,
  BLOCK_CHOSEN,
  BLOCK_CHOSEN_COUNT,
  BLOCK_COUNT,
  BLOCK_LAMBDA,
  BLOCK_LIMIT,
  BLOCK_METRIC,
  BLOCK_NEAREST,
  BLOCK_RELEVANCE,
  BLOCK_SCORED,
  BLOCK_SEEN,
  BLOCK_SQUARES,
  BLOCK_STRIDE,
  BLOCK_VECTORS,
  BLOCK_WORTH,
  BLOCK_WORTH_SIZE,
} from '../layout-block';
import { scoreKey } from './beam';
import { cosineOf, scoreFourToOne } from './block-scores';
import { isCancelled } from './cancel';

/**
 * Maximal marginal relevance, lazily: what a row is worth only falls as others are chosen, since its best score against
 * them only rises. So a heap holds what rows were worth when they were looked at last; its root is compared with the rows
 * chosen since then, and is the next choice if it stays on top (lazy greedy: Minoux 1978). Of equals the lower row.
 */
export function chooseRows(task: u32, space: u32): void {
  const limit = load<u32>(task, BLOCK_LIMIT);
  const chosen = load<u32>(task, BLOCK_CHOSEN);
  const seen = load<u32>(task, BLOCK_SEEN);
  const heap = load<u32>(task, BLOCK_WORTH);
  const budget = load<u32>(task, BLOCK_BUDGET);
  store<u32>(task, 0, BLOCK_SCORED);
  if (load<u32>(task, BLOCK_CHOSEN_COUNT) == 0) chooseFirst(task, space);
  let size = load<u32>(task, BLOCK_WORTH_SIZE);
  let count = load<u32>(task, BLOCK_CHOSEN_COUNT);
  while (count < limit && load<u32>(task, BLOCK_SCORED) < budget && !isCancelled()) {
    const row = ~load<u32>(heap);
    if (load<u32>(seen + (row << 2)) < count) {
      compareRow(task, space, row, count);
      sink(heap, size, 0, worthOf(task, row));
    } else {
      store<u32>(chosen + (count++ << 2), row);
      size--;
      sink(heap, size, 0, load<u64>(heap + (size << 3)));
    }
  }
  store<u32>(task, size, BLOCK_WORTH_SIZE);
  store<u32>(task, count, BLOCK_CHOSEN_COUNT);
}

/** Chooses the most relevant row, and compares all others with it. */
function chooseFirst(task: u32, space: u32): void {
  const count = load<u32>(task, BLOCK_COUNT);
  const relevance = load<u32>(task, BLOCK_RELEVANCE);
  let first: u32 = 0;
  for (let row: u32 = 1; row < count; row++) {
    if (load<f32>(relevance + (row << 2)) > load<f32>(relevance + (first << 2))) first = row;
  }
  store<u32>(load<u32>(task, BLOCK_CHOSEN), first);
  store<u32>(task, 1, BLOCK_CHOSEN_COUNT);
  if (load<u32>(task, BLOCK_LIMIT) == 1) return;
  const seen = load<u32>(task, BLOCK_SEEN);
  const nearest = load<u32>(task, BLOCK_NEAREST);
  const heap = load<u32>(task, BLOCK_WORTH);
  const vectors = load<u32>(task, BLOCK_VECTORS);
  const stride = load<u32>(task, BLOCK_STRIDE);
  const metric = load<u32>(task, BLOCK_METRIC);
  const scores = load<u32>(space, SPACE_SCORES);
  const squares = load<u32>(task, BLOCK_SQUARES);
  const last = vectors + (count - 1) * stride;
  let size: u32 = 0;
  for (let row: u32 = 0; row < count; row += 4) {
    const a = vectors + row * stride;
    const b = min(a + stride, last);
    const c = min(b + stride, last);
    scoreFourToOne(metric, a, b, c, min(c + stride, last), vectors + first * stride, stride, scores);
    for (let at = row; at < min(row + 4, count); at++) {
      const score = load<f32>(scores + ((at - row) << 2));
      store<f32>(nearest + (at << 2), squares == 0 ? score : cosineOf(score, squares, first, at));
      store<u32>(seen + (at << 2), 1);
      if (at != first) store<u64>(heap + (size++ << 3), worthOf(task, at));
    }
  }
  store<u32>(task, size, BLOCK_WORTH_SIZE);
  store<u32>(task, size, BLOCK_SCORED);
  for (let at = size >>> 1; at > 0; at--) sink(heap, size, at - 1, load<u64>(heap + ((at - 1) << 3)));
}

/** Compares a row with those that were chosen since it was looked at last. */
function compareRow(task: u32, space: u32, row: u32, count: u32): void {
  const seen = load<u32>(task, BLOCK_SEEN) + (row << 2);
  const nearest = load<u32>(task, BLOCK_NEAREST) + (row << 2);
  const vectors = load<u32>(task, BLOCK_VECTORS);
  const stride = load<u32>(task, BLOCK_STRIDE);
  const metric = load<u32>(task, BLOCK_METRIC);
  const scores = load<u32>(space, SPACE_SCORES);
  const chosen = load<u32>(task, BLOCK_CHOSEN);
  const squares = load<u32>(task, BLOCK_SQUARES);
  const end = chosen + ((count - 1) << 2);
  const known = load<u32>(seen);
  let most = load<f32>(nearest);
  for (let at = chosen + (known << 2); at <= end; at += 16) {
    // Behind the last it counts again.
    const a = vectors + load<u32>(at) * stride;
    const b = vectors + load<u32>(min(at + 4, end)) * stride;
    const c = vectors + load<u32>(min(at + 8, end)) * stride;
    const d = vectors + load<u32>(min(at + 12, end)) * stride;
    scoreFourToOne(metric, a, b, c, d, vectors + row * stride, stride, scores);
    for (let lane: u32 = 0; lane < 16; lane += 4) {
      const score = load<f32>(scores + lane);
      most = max(most, squares == 0 ? score : cosineOf(score, squares, row, load<u32>(min(at + lane, end))));
    }
  }
  store<f32>(nearest, most);
  store<u32>(seen, count);
  store<u32>(task, load<u32>(task, BLOCK_SCORED) + count - known, BLOCK_SCORED);
}

/** The heap's key of a row, by what it was compared with. */
@inline
function worthOf(task: u32, row: u32): u64 {
  const lambda = load<f32>(task, BLOCK_LAMBDA);
  const relevance = load<f32>(load<u32>(task, BLOCK_RELEVANCE) + (row << 2));
  const nearest = load<f32>(load<u32>(task, BLOCK_NEAREST) + (row << 2));
  return scoreKey(lambda * relevance - (1 - lambda) * nearest) | ~row;
}

/** Puts a key at a place of a heap of which the largest is the root, and larger ones above it. */
function sink(heap: u32, size: u32, place: u32, key: u64): void {
  let at = place;
  for (;;) {
    let child: u32 = 2 * at + 1;
    if (child >= size) break;
    let most = load<u64>(heap + (child << 3));
    if (child + 1 < size && load<u64>(heap + (child << 3), 8) > most) most = load<u64>(heap + (++child << 3));
    if (most <= key) break;
    store<u64>(heap + (at << 3), most);
    at = child;
  }
  store<u64>(heap + (at << 3), key);
}
