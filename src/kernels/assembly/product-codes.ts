import { FIELD_CODE_BYTES, FIELD_DIMENSION, FIELD_METRIC, FIELD_TABLES } from '../layout';
import { dotDouble, tailScale, wideOf, writeTail } from './code-tail';
import { nearestCentroid, pointsOf, subspaceCount, subspaceSize } from './product-tables';

/**
 * Product codes (Jégou, Douze, Schmid 2011): a row is cut into subspaces of 1 … 16 coordinates, and each is coded as the
 * nearest of 256 centroids, a byte. A query becomes a table of its products with all centroids, u8 of one step and a
 * beginning of its own for each subspace, and a row's score is the sum of its entries.
 *
 * Query: f32 sum of the beginnings, 60 bytes unused, u8[subspaces][256]; twice that while it is made.
 */

/** Codes of f32[wide] at `source`; with tail. What follows `source` is scratch, 64 bytes. */
export function encodeProduct(field: u32, source: u32, hot: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const tables = load<u32>(field, FIELD_TABLES);
  const count = subspaceCount(tables);
  const size = subspaceSize(tables);
  const scratch = source + (wideOf(dimension) << 2);
  let along: f64 = 0;
  let square: f64 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const part = source + ((at * size) << 2);
    const centroid = nearestCentroid(tables, at, part, scratch);
    store<u8>(hot + at, centroid);
    const point = pointsOf(tables, at) + ((centroid * size) << 2);
    for (let column: u32 = 0; column < size << 2; column += 4) {
      const value = <f64>load<f32>(point + column);
      along += value * <f64>load<f32>(part + column);
      square += value * value;
    }
  }
  const tail = hot + load<u32>(field, FIELD_CODE_BYTES);
  const whole = dotDouble(source, source, (dimension + 3) & ~3);
  writeTail(tail, load<u32>(field, FIELD_METRIC), dimension, whole, along, square);
  // The rounding of the query's table is one of <v, q>, so it grows with the factor and not with the length.
  store<f32>(tail, tailScale(tail, load<u32>(field, FIELD_METRIC)), 12);
}

/** f32[dimension] that a row's code stands for; zeros behind it, up to the end of the last subspace. */
export function expandProduct(field: u32, hot: u32, target: u32): void {
  const tables = load<u32>(field, FIELD_TABLES);
  const size = subspaceSize(tables);
  const scale = tailScale(hot + load<u32>(field, FIELD_CODE_BYTES), load<u32>(field, FIELD_METRIC));
  const scales = f32x4.splat(scale);
  const width = size << 2;
  const end = hot + subspaceCount(tables);
  let points = pointsOf(tables, 0);
  for (; hot < end; hot++, points += width << 8, target += width) {
    const point = points + <u32>load<u8>(hot) * width;
    if (size >= 4) {
      for (let column: u32 = 0; column < width; column += 16) {
        v128.store(target + column, f32x4.mul(scales, v128.load(point + column)));
      }
    } else {
      store<f32>(target, scale * load<f32>(point));
      if (size == 2) store<f32>(target, scale * load<f32>(point, 4), 4);
    }
  }
}
