import { METRIC_DOT, METRIC_EUCLID, METRIC_MANHATTAN } from '../layout';

/**
 * Scores of rows f32[stride / 4] against each other: dot, -sum d^2, -sum |d|. f32 products, sums carried over to doubles
 * every 64 coordinates, as scoreOriginals does; but several pairs at once, so that a coordinate that is loaded serves more
 * than one of them, and additions need not wait for each other.
 */

/** Bytes of 64 coordinates. */
const CHUNK: u32 = 256;

@inline
function term(metric: u32, a: v128, b: v128): v128 {
  if (metric == METRIC_DOT) return f32x4.mul(a, b);
  const gap = f32x4.sub(a, b);
  return metric == METRIC_EUCLID ? f32x4.mul(gap, gap) : f32x4.abs(gap);
}

@inline
function carry(sum: v128, part: v128): v128 {
  const other = f64x2.promote_low_f32x4(i32x4.shuffle(part, part, 2, 3, 0, 1));
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(part), other));
}

@inline
function total(metric: u32, sum: v128): f32 {
  const both = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  // Not -both, so that equal rows score 0 and not -0.
  return <f32>(metric == METRIC_DOT ? both : 0 - both);
}

/** Scores of the rows at a, b, c and d against those at x and y, to f32[8] at `scores`: ax bx cx dx, ay by cy dy. */
@inline
function four(metric: u32, a: u32, b: u32, c: u32, d: u32, x: u32, y: u32, bytes: u32, scores: u32): void {
  let sumAx = f64x2.splat(0);
  let sumBx = f64x2.splat(0);
  let sumCx = f64x2.splat(0);
  let sumDx = f64x2.splat(0);
  let sumAy = f64x2.splat(0);
  let sumBy = f64x2.splat(0);
  let sumCy = f64x2.splat(0);
  let sumDy = f64x2.splat(0);
  for (let start: u32 = 0; start < bytes; start += CHUNK) {
    const end = min(start + CHUNK, bytes);
    let ax = f32x4.splat(0);
    let bx = f32x4.splat(0);
    let cx = f32x4.splat(0);
    let dx = f32x4.splat(0);
    let ay = f32x4.splat(0);
    let by = f32x4.splat(0);
    let cy = f32x4.splat(0);
    let dy = f32x4.splat(0);
    for (let at = start; at < end; at += 16) {
      const ofX = v128.load(x + at);
      const ofY = v128.load(y + at);
      const ofA = v128.load(a + at);
      ax = f32x4.add(ax, term(metric, ofA, ofX));
      ay = f32x4.add(ay, term(metric, ofA, ofY));
      const ofB = v128.load(b + at);
      bx = f32x4.add(bx, term(metric, ofB, ofX));
      by = f32x4.add(by, term(metric, ofB, ofY));
      const ofC = v128.load(c + at);
      cx = f32x4.add(cx, term(metric, ofC, ofX));
      cy = f32x4.add(cy, term(metric, ofC, ofY));
      const ofD = v128.load(d + at);
      dx = f32x4.add(dx, term(metric, ofD, ofX));
      dy = f32x4.add(dy, term(metric, ofD, ofY));
    }
    sumAx = carry(sumAx, ax);
    sumBx = carry(sumBx, bx);
    sumCx = carry(sumCx, cx);
    sumDx = carry(sumDx, dx);
    sumAy = carry(sumAy, ay);
    sumBy = carry(sumBy, by);
    sumCy = carry(sumCy, cy);
    sumDy = carry(sumDy, dy);
  }
  store<f32>(scores, total(metric, sumAx), 0);
  store<f32>(scores, total(metric, sumBx), 4);
  store<f32>(scores, total(metric, sumCx), 8);
  store<f32>(scores, total(metric, sumDx), 12);
  store<f32>(scores, total(metric, sumAy), 16);
  store<f32>(scores, total(metric, sumBy), 20);
  store<f32>(scores, total(metric, sumCy), 24);
  store<f32>(scores, total(metric, sumDy), 28);
}

/** Scores of the rows at a, b, c and d against the one at x, to f32[4] at `scores`. */
@inline
function fourToOne(metric: u32, a: u32, b: u32, c: u32, d: u32, x: u32, bytes: u32, scores: u32): void {
  let sumA = f64x2.splat(0);
  let sumB = f64x2.splat(0);
  let sumC = f64x2.splat(0);
  let sumD = f64x2.splat(0);
  for (let start: u32 = 0; start < bytes; start += CHUNK) {
    const end = min(start + CHUNK, bytes);
    let lowA = f32x4.splat(0);
    let lowB = f32x4.splat(0);
    let lowC = f32x4.splat(0);
    let lowD = f32x4.splat(0);
    let highA = f32x4.splat(0);
    let highB = f32x4.splat(0);
    let highC = f32x4.splat(0);
    let highD = f32x4.splat(0);
    for (let at = start; at < end; at += 32) {
      const low = v128.load(x + at);
      lowA = f32x4.add(lowA, term(metric, v128.load(a + at), low));
      lowB = f32x4.add(lowB, term(metric, v128.load(b + at), low));
      lowC = f32x4.add(lowC, term(metric, v128.load(c + at), low));
      lowD = f32x4.add(lowD, term(metric, v128.load(d + at), low));
      const high = v128.load(x + at, 16);
      highA = f32x4.add(highA, term(metric, v128.load(a + at, 16), high));
      highB = f32x4.add(highB, term(metric, v128.load(b + at, 16), high));
      highC = f32x4.add(highC, term(metric, v128.load(c + at, 16), high));
      highD = f32x4.add(highD, term(metric, v128.load(d + at, 16), high));
    }
    sumA = carry(sumA, f32x4.add(lowA, highA));
    sumB = carry(sumB, f32x4.add(lowB, highB));
    sumC = carry(sumC, f32x4.add(lowC, highC));
    sumD = carry(sumD, f32x4.add(lowD, highD));
  }
  store<f32>(scores, total(metric, sumA), 0);
  store<f32>(scores, total(metric, sumB), 4);
  store<f32>(scores, total(metric, sumC), 8);
  store<f32>(scores, total(metric, sumD), 12);
}

function fourByDot(a: u32, b: u32, c: u32, d: u32, x: u32, y: u32, bytes: u32, scores: u32): void {
  four(METRIC_DOT, a, b, c, d, x, y, bytes, scores);
}

function fourByEuclid(a: u32, b: u32, c: u32, d: u32, x: u32, y: u32, bytes: u32, scores: u32): void {
  four(METRIC_EUCLID, a, b, c, d, x, y, bytes, scores);
}

function fourByManhattan(a: u32, b: u32, c: u32, d: u32, x: u32, y: u32, bytes: u32, scores: u32): void {
  four(METRIC_MANHATTAN, a, b, c, d, x, y, bytes, scores);
}

function fourToOneByDot(a: u32, b: u32, c: u32, d: u32, x: u32, bytes: u32, scores: u32): void {
  fourToOne(METRIC_DOT, a, b, c, d, x, bytes, scores);
}

function fourToOneByEuclid(a: u32, b: u32, c: u32, d: u32, x: u32, bytes: u32, scores: u32): void {
  fourToOne(METRIC_EUCLID, a, b, c, d, x, bytes, scores);
}

function fourToOneByManhattan(a: u32, b: u32, c: u32, d: u32, x: u32, bytes: u32, scores: u32): void {
  fourToOne(METRIC_MANHATTAN, a, b, c, d, x, bytes, scores);
}

/** A dot product over both lengths, given their squares. */
@inline
export function cosineOf(dot: f32, squares: u32, row: u32, other: u32): f32 {
  const product = load<f64>(squares + (row << 3)) * load<f64>(squares + (other << 3));
  return product == 0 ? 0 : <f32>(<f64>dot / sqrt<f64>(product));
}

/** Scores of four rows against those at x and y, to f32[8] at `scores`: first those against x. All addresses; `bytes` of a row. */
export function scoreFour(
  metric: u32,
  a: u32,
  b: u32,
  c: u32,
  d: u32,
  x: u32,
  y: u32,
  bytes: u32,
  scores: u32,
): void {
  if (metric == METRIC_DOT) fourByDot(a, b, c, d, x, y, bytes, scores);
  else if (metric == METRIC_EUCLID) fourByEuclid(a, b, c, d, x, y, bytes, scores);
  else fourByManhattan(a, b, c, d, x, y, bytes, scores);
}

/** Scores of four rows against the one at x, to f32[4] at `scores`. */
export function scoreFourToOne(
  metric: u32,
  a: u32,
  b: u32,
  c: u32,
  d: u32,
  x: u32,
  bytes: u32,
  scores: u32,
): void {
  if (metric == METRIC_DOT) fourToOneByDot(a, b, c, d, x, bytes, scores);
  else if (metric == METRIC_EUCLID) fourToOneByEuclid(a, b, c, d, x, bytes, scores);
  else fourToOneByManhattan(a, b, c, d, x, bytes, scores);
}
