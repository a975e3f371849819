import { SPACE_SCORES } from '../layout';
import {
  BLOCK_COLUMNS,
  BLOCK_COUNT,
  BLOCK_DO_CHOOSE,
  BLOCK_DO_MERGE,
  BLOCK_DO_PAIRS,
  BLOCK_END,
  BLOCK_FIELD,
  BLOCK_FIRST,
  BLOCK_HEAPS,
  BLOCK_LEAST,
  BLOCK_LIMIT,
  BLOCK_METRIC,
  BLOCK_PARTS,
  BLOCK_SCORED,
  BLOCK_SCORES,
  BLOCK_SIZES,
  BLOCK_SQUARES,
  BLOCK_STEP,
  BLOCK_STRIDE,
  BLOCK_TILE,
  BLOCK_VECTORS,
} from '../layout-block';
import { keyScore, scoreKey } from './beam';
import { chooseRows } from './block-choice';
import { decodeRows } from './block-rows';
import { cosineOf, scoreFour } from './block-scores';
import { isCancelled } from './cancel';

/**
 * A piece of work over a block of vectors. Pairs: each is scored once, tile by tile, and offered to the heaps of both of its
 * rows. Merge: heaps that several threads have filled become lists, best first. Choose: maximal
 * marginal relevance (block-choice.ts).
 */
export function workOnBlock(task: u32, space: u32): void {
  if (load<u32>(task, BLOCK_FIELD) != 0) decodeRows(task);
  if (isCancelled()) return;
  const step = load<u32>(task, BLOCK_STEP);
  if (step == BLOCK_DO_PAIRS) {
    pairTiles(task, space);
    if (load<u32>(task, BLOCK_COLUMNS) != 0) mergeHeaps(task);
  } else if (step == BLOCK_DO_CHOOSE) chooseRows(task, space);
  else if (step == BLOCK_DO_MERGE) mergeHeaps(task);
}

function pairTiles(task: u32, space: u32): void {
  const count = load<u32>(task, BLOCK_COUNT);
  const tiles = (count + BLOCK_TILE - 1) / BLOCK_TILE;
  const end = load<u32>(task, BLOCK_END);
  let at = load<u32>(task, BLOCK_FIRST);
  // The place in the upper triangle: row `tile` of it has tiles - tile places.
  let tile: u32 = 0;
  let before: u32 = 0;
  while (at - before >= tiles - tile) before += tiles - tile++;
  for (; at < end && !isCancelled(); at++) {
    if (at - before == tiles - tile) before += tiles - tile++;
    pairTile(task, space, tile * BLOCK_TILE, (tile + at - before) * BLOCK_TILE, count);
  }
}

/** Scores the rows from `first` on against those from `second` on, of the same tile or a later one. */
function pairTile(task: u32, space: u32, first: u32, second: u32, count: u32): void {
  const vectors = load<u32>(task, BLOCK_VECTORS);
  const stride = load<u32>(task, BLOCK_STRIDE);
  const metric = load<u32>(task, BLOCK_METRIC);
  const squares = load<u32>(task, BLOCK_SQUARES);
  const scores = load<u32>(space, SPACE_SCORES);
  const last = vectors + (count - 1) * stride;
  const rowEnd = min(first + BLOCK_TILE, count);
  const columnEnd = min(second + BLOCK_TILE, count);
  let scored: u32 = 0;
  for (let row = first; row < rowEnd; row += 4) {
    const a = vectors + row * stride;
    const b = min(a + stride, last);
    const c = min(a + 2 * stride, last);
    const d = min(a + 3 * stride, last);
    const rowsThere = min(rowEnd - row, 4);
    for (let column = first == second ? row : second; column < columnEnd; column += 2) {
      const x = vectors + column * stride;
      scoreFour(metric, a, b, c, d, x, min(x + stride, last), stride, scores);
      for (let other = column; other < min(column + 2, columnEnd); other++) {
        const here = scores + ((other - column) << 4);
        for (let at: u32 = 0; at < rowsThere; at++) {
          // Of a pair in one tile, both orders may have been scored.
          if (row + at >= other) break;
          let score = load<f32>(here + (at << 2));
          if (squares != 0) score = cosineOf(score, squares, row + at, other);
          offerPair(task, row + at, other, score);
          offerPair(task, other, row + at, score);
          scored++;
        }
      }
    }
  }
  store<u32>(task, load<u32>(task, BLOCK_SCORED) + scored, BLOCK_SCORED);
}

/** A heap's root is the worst pair that is kept, and of equals the one with the highest column. */
@inline
function offerPair(task: u32, row: u32, column: u32, score: f32): void {
  const least = load<u32>(task, BLOCK_LEAST) + (row << 2);
  if (score < load<f32>(least)) return;
  const limit = load<u32>(task, BLOCK_LIMIT);
  const heap = load<u32>(task, BLOCK_HEAPS) + ((row * limit) << 3);
  const sizes = load<u32>(task, BLOCK_SIZES) + (row << 2);
  const size = offerKey(heap, load<u32>(sizes), limit, scoreKey(score) | ~column);
  store<u32>(sizes, size);
  if (size == limit) store<f32>(least, keyScore(load<u64>(heap)));
}

/** Offers a key to a heap of the largest `limit`; answers its size. */
function offerKey(heap: u32, size: u32, limit: u32, key: u64): u32 {
  if (size < limit) {
    let at = size;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const other = load<u64>(heap + (parent << 3));
      if (other <= key) break;
      store<u64>(heap + (at << 3), other);
      at = parent;
    }
    store<u64>(heap + (at << 3), key);
    return size + 1;
  }
  if (key > load<u64>(heap)) sinkSmall(heap, size, key);
  return size;
}

/** Puts a key in the place of the root, and smaller ones above it. */
function sinkSmall(heap: u32, size: u32, key: u64): void {
  let at: u32 = 0;
  for (;;) {
    let child: u32 = 2 * at + 1;
    if (child >= size) break;
    let least = load<u64>(heap + (child << 3));
    if (child + 1 < size && load<u64>(heap + (child << 3), 8) < least) least = load<u64>(heap + (++child << 3));
    if (least >= key) break;
    store<u64>(heap + (at << 3), least);
    at = child;
  }
  store<u64>(heap + (at << 3), key);
}

/** Merges the parts' heaps into the first part's, and writes them out. */
function mergeHeaps(task: u32): void {
  const count = load<u32>(task, BLOCK_COUNT);
  const limit = load<u32>(task, BLOCK_LIMIT);
  const parts = load<u32>(task, BLOCK_PARTS);
  const heaps = load<u32>(task, BLOCK_HEAPS);
  const sizes = load<u32>(task, BLOCK_SIZES);
  const columns = load<u32>(task, BLOCK_COLUMNS);
  const scores = load<u32>(task, BLOCK_SCORES);
  for (let row: u32 = 0; row < count && !isCancelled(); row++) {
    const heap = heaps + ((row * limit) << 3);
    let size = load<u32>(sizes + (row << 2));
    for (let part: u32 = 1; part < parts; part++) {
      const other = heap + ((part * count * limit) << 3);
      const otherSize = load<u32>(sizes + ((part * count + row) << 2));
      for (let at: u32 = 0; at < otherSize; at++) size = offerKey(heap, size, limit, load<u64>(other + (at << 3)));
    }
    // The root is the worst: from the end of the list to its beginning.
    while (size > 0) {
      const key = load<u64>(heap);
      size--;
      const place = (row * limit + size) << 2;
      store<u32>(columns + place, ~<u32>key);
      store<f32>(scores + place, keyScore(key));
      if (size > 0) sinkSmall(heap, size, load<u64>(heap + (size << 3)));
    }
  }
}
