import {
  MULTI_ASSIGNED,
  MULTI_BINS,
  MULTI_BIN_COUNT,
  MULTI_CANDIDATES,
  MULTI_CENTROIDS,
  MULTI_CENTROID_COUNT,
  MULTI_CHUNK,
  MULTI_DEAD,
  MULTI_FILTER,
  MULTI_FILTER_END,
  MULTI_INDEX_END,
  MULTI_INDEX_START,
  MULTI_LIST,
  MULTI_LIST_COUNT,
  MULTI_SIEVE_QUERIES,
  MULTI_SIFTED,
  MULTI_SIFTED_CAPACITY,
  MULTI_STARTS,
  MULTI_TABLE,
  MULTI_TABLE_SCORES,
  SET_LANES,
  SET_ROWS,
} from '../layout-multi';
import { isCancelled } from './cancel';
import { prepareSet, scoreChunk } from './max-sim-score';

/**
 * The first stage of a search (centroid interaction, PLAID: Santhanam et al. 2022): every row counts as its centroid. All
 * centroids are scored once, rounded to a byte each, and a point's sum is the bytewise maximum over its rows: a load and
 * a maximum a row, for 16 query rows at once. The points of the highest sums come through.
 *
 *   table    centroid ► u8[16 x blocks]   scores of the query rows, 0 = as an average centroid or worse, one step for all
 *   sifted   u64 (sum << 32 | ~point)     points above the threshold so far; when full, the best MULTI_CANDIDATES stay
 */

let blocks: u32 = 0;
/** log2 of the sums that share a bin; points of this bin and below are out. */
let binShift: u32 = 0;
let closedBins: i32 = -1;
let count: u32 = 0;

/** Of a bitmap of points, where it has a bit for this one. */
@inline
export function isBitSet(words: u32, bit: u32): bool {
  return ((load<u32>(words + ((bit >>> 5) << 2)) >>> (bit & 31)) & 1) != 0;
}

/** Leaves the points that come through in MULTI_SIFTED, in no order; answers how many. */
export function siftPoints(task: u32, space: u32): u32 {
  makeTable(task, space);
  if (isCancelled()) return 0;
  binShift = 0;
  while ((blocks * 16 * 255) >>> binShift >= <u32>MULTI_BIN_COUNT) binShift++;
  closedBins = -1;
  count = 0;
  const dead = load<u32>(task, MULTI_DEAD);
  const list = load<u32>(task, MULTI_LIST);
  const indexed = load<u32>(task, MULTI_INDEX_END);
  if (list != 0) {
    const end = list + (load<u32>(task, MULTI_LIST_COUNT) << 2);
    for (let at = list; at < end && !isCancelled(); at += 4) {
      const point = load<u32>(at);
      if (point < indexed && !isBitSet(dead, point)) sift(task, point);
    }
  } else {
    const filter = load<u32>(task, MULTI_FILTER);
    const end = filter == 0 ? indexed : min(indexed, load<u32>(task, MULTI_FILTER_END));
    for (let point = load<u32>(task, MULTI_INDEX_START); point < end; point++) {
      if (isBitSet(dead, point) || (filter != 0 && !isBitSet(filter, point))) continue;
      if (isCancelled()) break;
      sift(task, point);
    }
  }
  if (count > load<u32>(task, MULTI_CANDIDATES)) keepBest(task);
  return count;
}

/** Scores all centroids and rounds their scores to bytes. */
function makeTable(task: u32, space: u32): void {
  const centroids = load<u32>(task, MULTI_CENTROIDS);
  const centroidCount = load<u32>(task, MULTI_CENTROID_COUNT);
  const set = load<u32>(task, MULTI_SIEVE_QUERIES);
  const scores = load<u32>(task, MULTI_TABLE_SCORES);
  const lanes = load<u32>(set, SET_LANES);
  prepareSet(set, centroids, space);
  for (let row: u32 = 0; row < centroidCount && !isCancelled(); row += MULTI_CHUNK) {
    scoreChunk(set, centroids, space, row, min(centroidCount - row, MULTI_CHUNK), scores + row * (lanes << 2));
  }
  blocks = (lanes + 15) >>> 4;
  // For the time of this function: the averages of the query rows.
  const floors = load<u32>(task, MULTI_BINS);
  const widest = takeFloors(scores, centroidCount, lanes << 2, load<u32>(set, SET_ROWS), floors);
  const scale = f32x4.splat(widest > 0 ? <f32>255 / widest : 0);
  let target = load<u32>(task, MULTI_TABLE);
  // Lanes without a query stay 0.
  memory.fill(target, 0, centroidCount * (blocks << 4));
  for (let row: u32 = 0; row < centroidCount; row++) {
    const from = scores + row * (lanes << 2);
    for (let at: u32 = 0; at < lanes << 2; at += 16) {
      const level = f32x4.mul(f32x4.sub(v128.load(from + at), v128.load(floors + at)), scale);
      const shorts = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(f32x4.nearest(level)), i32x4.splat(0));
      v128.store32_lane(target + (at >>> 2), i8x16.narrow_i16x8_u(shorts, shorts), 0);
    }
    target += blocks << 4;
  }
}

/** Writes each lane's average, infinity for lanes without a query; answers the widest gap to the best, which one step is made for. */
function takeFloors(scores: u32, count: u32, laneBytes: u32, queries: u32, floors: u32): f32 {
  let widest: f32 = 0;
  for (let lane: u32 = 0; lane < laneBytes; lane += 16) {
    let most = f32x4.splat(-Infinity);
    let sum = f32x4.splat(0);
    let at = scores + lane;
    for (let row: u32 = 0; row < count; row++) {
      const score = v128.load(at);
      most = f32x4.pmax(most, score);
      sum = f32x4.add(sum, score);
      at += laneBytes;
    }
    v128.store(floors + lane, f32x4.mul(sum, f32x4.splat(1 / <f32>count)));
    v128.store(floors + lane + laneBytes, most);
  }
  for (let lane: u32 = 0; lane < laneBytes; lane += 4) {
    if (lane < queries << 2) widest = max(widest, load<f32>(floors + lane + laneBytes) - load<f32>(floors + lane));
    else store<f32>(floors + lane, Infinity);
  }
  return widest;
}

/** Offers a point. */
@inline
function sift(task: u32, point: u32): void {
  const starts = load<u32>(task, MULTI_STARTS) + (point << 2);
  const assigned = load<u32>(task, MULTI_ASSIGNED);
  const first = assigned + (load<u32>(starts) << 1);
  const end = assigned + (load<u32>(starts, 4) << 1);
  const table = load<u32>(task, MULTI_TABLE);
  const sum = blocks == 1 ? sumOfBlock(table, 4, first, end) : sumOfBlocks(table, first, end);
  if (<i32>(sum >>> binShift) <= closedBins) return;
  if (count == load<u32>(task, MULTI_SIFTED_CAPACITY)) {
    keepBest(task);
    if (<i32>(sum >>> binShift) <= closedBins) return;
  }
  store<u64>(load<u32>(task, MULTI_SIFTED) + (count++ << 3), (<u64>sum << 32) | ~point);
}

/** Sum over 16 query rows of the largest byte among the rows' centroids; a centroid's bytes lie 2^shift apart. */
@inline
function sumOfBlock(table: u32, shift: u32, first: u32, end: u32): u32 {
  let even = i8x16.splat(0);
  let odd = i8x16.splat(0);
  let at = first;
  for (; at + 4 <= end; at += 4) {
    even = i8x16.max_u(even, v128.load(table + (<u32>load<u16>(at) << shift)));
    odd = i8x16.max_u(odd, v128.load(table + (<u32>load<u16>(at, 2) << shift)));
  }
  if (at < end) even = i8x16.max_u(even, v128.load(table + (<u32>load<u16>(at) << shift)));
  return sumBytes(i8x16.max_u(even, odd));
}

function sumOfBlocks(table: u32, first: u32, end: u32): u32 {
  let sum: u32 = 0;
  const bytes = blocks << 4;
  for (let block: u32 = 0; block < bytes; block += 16) {
    let most = i8x16.splat(0);
    for (let at = first; at < end; at += 2) {
      most = i8x16.max_u(most, v128.load(table + <u32>load<u16>(at) * bytes + block));
    }
    sum += sumBytes(most);
  }
  return sum;
}

@inline
function sumBytes(bytes: v128): u32 {
  const quads = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  return (
    i32x4.extract_lane(quads, 0) + i32x4.extract_lane(quads, 1) + i32x4.extract_lane(quads, 2) + i32x4.extract_lane(quads, 3)
  );
}

/** Leaves the best MULTI_CANDIDATES of the points so far, and closes the bins below them. Of equal sums the first stay. */
function keepBest(task: u32): void {
  const wanted = load<u32>(task, MULTI_CANDIDATES);
  const bins = load<u32>(task, MULTI_BINS);
  const sifted = load<u32>(task, MULTI_SIFTED);
  memory.fill(bins, 0, MULTI_BIN_COUNT << 2);
  for (let at: u32 = 0; at < count; at++) {
    const bin = bins + ((load<u32>(sifted + (at << 3), 4) >>> binShift) << 2);
    store<u32>(bin, load<u32>(bin) + 1);
  }
  let bin: i32 = MULTI_BIN_COUNT;
  let above: u32 = 0;
  let inBin: u32 = 0;
  while (above + inBin < wanted && bin > 0) {
    above += inBin;
    bin--;
    inBin = load<u32>(bins + (bin << 2));
  }
  let room = wanted - above;
  let kept: u32 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const entry = load<u64>(sifted + (at << 3));
    const mine = <i32>(<u32>(entry >> 32) >>> binShift);
    if (mine < bin || (mine == bin && room == 0)) continue;
    if (mine == bin) room--;
    store<u64>(sifted + (kept++ << 3), entry);
  }
  count = kept;
  closedBins = bin;
}
