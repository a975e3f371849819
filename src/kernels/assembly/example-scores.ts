import {
  EXAMPLES_BEST_SCORE,
  EXAMPLES_CONTEXT,
  EXAMPLES_COUNT,
  EXAMPLES_DISCOVER,
  EXAMPLES_GUIDE,
  EXAMPLES_LINEAR,
  EXAMPLES_LINE_COUNT,
  EXAMPLES_MATRIX,
  EXAMPLES_PAIRED,
  EXAMPLES_POSITIVES,
  EXAMPLES_RAW,
  EXAMPLES_SCORING,
  EXAMPLES_STRIDE,
  EXAMPLES_WEIGHTS,
} from '../layout-examples';

/**
 * How a row's raw scores against several examples become one: as core/example-scoring.ts, whose twin this is. Of many rows
 * at once in f32 (estimates), of one in doubles (what is answered).
 *
 * Every scoring rises with some of its raw scores and falls with the others, so that bounds of these give bounds of it.
 */

/** Rust's f32::EPSILON: how much better than the negative the positive of a context has to be. */
const MARGIN: f32 = 1.1920929e-7;

/**
 * A discovery scores in steps, which lead a walk nowhere. Its guide has the same peak, and slopes all around: the score
 * against the target, less what the pairs fall short, times this. A concave function where scores are dot products.
 */
const GUIDE_WEIGHT: f32 = 1.5;

/** Whether a scoring rises with the raw score against example `index`; else it falls. */
export function isRaising(examples: u32, index: u32): bool {
  const scoring = load<u32>(examples, EXAMPLES_SCORING);
  if (scoring == EXAMPLES_BEST_SCORE) return index < load<u32>(examples, EXAMPLES_POSITIVES);
  if (scoring == EXAMPLES_LINEAR) return load<f32>(load<u32>(examples, EXAMPLES_WEIGHTS) + (index << 2)) >= 0;
  if (scoring == EXAMPLES_DISCOVER) return index == 0 || (index & 1) == 1;
  return (index & 1) == 0;
}

/** The score of one row from its f32 raw scores at EXAMPLES_RAW. */
export function combineRow(examples: u32): f32 {
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const end = raw + (load<u32>(examples, EXAMPLES_COUNT) << 2);
  const scoring = load<u32>(examples, EXAMPLES_SCORING);
  if (scoring == EXAMPLES_BEST_SCORE) {
    const middle = raw + (load<u32>(examples, EXAMPLES_POSITIVES) << 2);
    const positive = highestOf(raw, middle);
    const negative = highestOf(middle, end);
    return <f32>(positive > negative ? sigmoid(positive) : -sigmoid(negative));
  }
  let sum: f64 = 0;
  if (scoring == EXAMPLES_LINEAR) {
    const weights = load<u32>(examples, EXAMPLES_WEIGHTS) - raw;
    for (let at = raw; at < end; at += 4) sum += <f64>load<f32>(at + weights) * <f64>load<f32>(at);
  } else if (scoring == EXAMPLES_DISCOVER) {
    sum = sigmoid(<f64>load<f32>(raw));
    for (let at = raw + 4; at < end; at += 8) sum += sign(load<f32>(at), load<f32>(at, 4));
  } else {
    for (let at = raw; at < end; at += 8) {
      sum += fastSigmoid(min<f64>(<f64>load<f32>(at) - <f64>load<f32>(at, 4) - <f64>MARGIN, 0));
    }
  }
  return <f32>sum;
}

@inline
function sign(a: f32, b: f32): f64 {
  return <f64>(<i32>(a > b) - <i32>(a < b));
}

/** -Infinity of none. */
@inline
function highestOf(start: u32, end: u32): f64 {
  let best: f32 = -Infinity;
  for (let at = start; at < end; at += 4) best = max(best, load<f32>(at));
  return <f64>best;
}

@inline
function fastSigmoid(x: f64): f64 {
  return x / (1 + abs(x));
}

/** Into 0 … 1; of -Infinity 0. */
@inline
function sigmoid(x: f64): f64 {
  return x == -Infinity ? 0 : 0.5 * (fastSigmoid(x) + 1);
}

/** Scores of `count` rows from the matrix, to f32 at `scores`, in groups of four: there is room for three more. */
export function combineRows(examples: u32, count: u32, scores: u32): void {
  combineRowsBy(load<u32>(examples, EXAMPLES_SCORING), examples, count, scores);
}

/** The same by another scoring. */
export function combineRowsBy(scoring: u32, examples: u32, count: u32, scores: u32): void {
  const matrix = load<u32>(examples, EXAMPLES_MATRIX);
  const stride = load<u32>(examples, EXAMPLES_STRIDE);
  const end = matrix + load<u32>(examples, EXAMPLES_LINE_COUNT) * stride;
  const paired = load<u32>(examples, EXAMPLES_PAIRED) != 0;
  const bytes = count << 2;
  if (scoring == EXAMPLES_BEST_SCORE) {
    const middle = matrix + load<u32>(examples, EXAMPLES_POSITIVES) * stride;
    for (let at: u32 = 0; at < bytes; at += 16) v128.store(scores + at, fourBest(matrix + at, middle + at, end + at, stride));
  } else if (scoring == EXAMPLES_LINEAR) {
    const weights = load<u32>(examples, EXAMPLES_WEIGHTS);
    for (let at: u32 = 0; at < bytes; at += 16) v128.store(scores + at, fourSums(matrix + at, end + at, stride, weights));
  } else if (scoring == EXAMPLES_DISCOVER) {
    for (let at: u32 = 0; at < bytes; at += 16) v128.store(scores + at, fourSigns(matrix + at, end + at, stride, paired));
  } else if (scoring == EXAMPLES_GUIDE) {
    for (let at: u32 = 0; at < bytes; at += 16) v128.store(scores + at, fourGuides(matrix + at, end + at, stride, paired));
  } else {
    for (let at: u32 = 0; at < bytes; at += 16) v128.store(scores + at, fourContexts(matrix + at, end + at, stride, paired));
  }
}

/** What a discovery scores at most with this score against the target: one for each pair besides. */
@inline
export function mostWithTarget(examples: u32, target: f32): f32 {
  // As combineRows has it, roundings and all.
  const small = <f32>0.5 * (target / (1 + abs(target))) + <f32>0.5;
  return <f32>(load<u32>(examples, EXAMPLES_COUNT) >>> 1) + small;
}

@inline
function fourHighest(start: u32, end: u32, stride: u32): v128 {
  let best = f32x4.splat(-f32.MAX_VALUE);
  for (let at = start; at < end; at += stride) best = f32x4.pmax(best, v128.load(at));
  return best;
}

@inline
function fourBest(start: u32, middle: u32, end: u32, stride: u32): v128 {
  const positive = fourHighest(start, middle, stride);
  const negative = fourHighest(middle, end, stride);
  return v128.bitselect(fourSigmoids(positive), f32x4.neg(fourSigmoids(negative)), f32x4.gt(positive, negative));
}

@inline
function fourSums(start: u32, end: u32, stride: u32, weights: u32): v128 {
  let sum = f32x4.splat(0);
  for (let at = start; at < end; at += stride) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights), v128.load(at)));
    weights += 4;
  }
  return sum;
}

/** Bytes of the matrix that a pair takes: a line for each of its examples, or one for their difference. */
@inline
function pairBytes(stride: u32, paired: bool): u32 {
  return paired ? stride : stride << 1;
}

/** By how much the positive of a pair is better than the negative. */
@inline
function gapAt(at: u32, stride: u32, paired: bool): v128 {
  return paired ? v128.load(at) : f32x4.sub(v128.load(at), v128.load(at + stride));
}

@inline
function fourSigns(start: u32, end: u32, stride: u32, paired: bool): v128 {
  let sum = i32x4.splat(0);
  const zero = f32x4.splat(0);
  for (let at = start + stride; at < end; at += pairBytes(stride, paired)) {
    const gap = gapAt(at, stride, paired);
    // Masks are -1 where true.
    sum = i32x4.add(sum, i32x4.sub(f32x4.lt(gap, zero), f32x4.gt(gap, zero)));
  }
  return f32x4.add(f32x4.convert_i32x4_s(sum), fourSigmoids(v128.load(start)));
}

@inline
function fourGuides(start: u32, end: u32, stride: u32, paired: bool): v128 {
  const zero = f32x4.splat(0);
  let short = zero;
  for (let at = start + stride; at < end; at += pairBytes(stride, paired)) {
    short = f32x4.add(short, f32x4.pmin(zero, gapAt(at, stride, paired)));
  }
  return f32x4.add(v128.load(start), f32x4.mul(f32x4.splat(GUIDE_WEIGHT), short));
}

@inline
function fourContexts(start: u32, end: u32, stride: u32, paired: bool): v128 {
  const zero = f32x4.splat(0);
  const margin = f32x4.splat(MARGIN);
  let sum = zero;
  for (let at = start; at < end; at += pairBytes(stride, paired)) {
    const gap = f32x4.sub(gapAt(at, stride, paired), margin);
    sum = f32x4.add(sum, fourFast(f32x4.pmin(zero, gap)));
  }
  return sum;
}

@inline
function fourFast(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), f32x4.abs(x)));
}

@inline
function fourSigmoids(x: v128): v128 {
  const half = f32x4.splat(0.5);
  return f32x4.add(f32x4.mul(fourFast(x), half), half);
}
