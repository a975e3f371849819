import { METRIC_DOT, METRIC_EUCLID } from '../layout';

/**
 * f32 scores of `count` vectors f32[dimension], end to end at `rows`, against the one at `query`: dot, -sum d^2, -sum |d|.
 * f32 products, sums carried over to doubles every 64 coordinates.
 */
export function scoreOriginals(metric: u32, query: u32, rows: u32, count: u32, dimension: u32, scores: u32): void {
  for (let at: u32 = 0; at < count; at++) {
    const row = rows + at * (dimension << 2);
    let sum: f64;
    if (metric == METRIC_DOT) sum = sumTerms(METRIC_DOT, query, row, dimension);
    else if (metric == METRIC_EUCLID) sum = -sumTerms(METRIC_EUCLID, query, row, dimension);
    else sum = -sumTerms(metric, query, row, dimension);
    store<f32>(scores + (at << 2), <f32>sum);
  }
}

@inline
function sumTerms(metric: u32, left: u32, right: u32, dimension: u32): f64 {
  const whole = (dimension & ~7) << 2;
  let sum = f64x2.splat(0);
  for (let start: u32 = 0; start < whole; start += 256) {
    const end = min(start + 256, whole);
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    for (let at = start; at < end; at += 32) {
      low = f32x4.add(low, term(metric, v128.load(left + at), v128.load(right + at)));
      high = f32x4.add(high, term(metric, v128.load(left + at, 16), v128.load(right + at, 16)));
    }
    const both = f32x4.add(low, high);
    const other = f64x2.promote_low_f32x4(i32x4.shuffle(both, both, 2, 3, 0, 1));
    sum = f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(both), other));
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (let at = whole; at < dimension << 2; at += 4) {
    const a = load<f32>(left + at);
    const b = load<f32>(right + at);
    if (metric == METRIC_DOT) total += <f64>a * <f64>b;
    else if (metric == METRIC_EUCLID) total += (<f64>a - <f64>b) * (<f64>a - <f64>b);
    else total += abs<f64>(<f64>a - <f64>b);
  }
  return total;
}

@inline
function term(metric: u32, a: v128, b: v128): v128 {
  if (metric == METRIC_DOT) return f32x4.mul(a, b);
  const gap = f32x4.sub(a, b);
  return metric == METRIC_EUCLID ? f32x4.mul(gap, gap) : f32x4.abs(gap);
}
