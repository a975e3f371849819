import { FieldMemory } from './field-memory.ts';
import type { FieldShape } from './field-memory.ts';

/**
 * Rows after which a field decides, once and for all, whether to centre its codes: enough for a mean, few enough to be
 * quantised again within milliseconds.
 */
export const CENTRING_ROWS = 1024;
/** Centring pays where |mean|^2 is at least this share of the mean |row - mean|^2; below, tidy numbers stay exact. */
const SHARE_MIN = 0.25;

/**
 * The mean of the live rows [0, rowCount), f32[dimension], where centring by it pays; else undefined.
 * int8 codes spend their range on what rows have in common unless it is taken away first: a common mean of ten standard
 * deviations costs 2 to 12 points of recall at small beams, and nothing once the rows are centred (docs/performance.md).
 */
export function meanWorthTaking(memory: FieldMemory, dimension: number, rowCount: number): Float32Array | undefined {
  const sum = new Float64Array(dimension);
  let square = 0;
  let count = 0;
  for (let row = 0; row < rowCount; row += 1) {
    if (memory.isDead(row)) continue;
    count += 1;
    const coordinates = memory.dequantise(row);
    for (let index = 0; index < dimension; index += 1) {
      const value = coordinates[index] ?? 0;
      sum[index] = (sum[index] ?? 0) + value;
      square += value * value;
    }
  }
  if (count === 0) return undefined;
  let meanSquare = 0;
  const mean = Float32Array.from(sum, (value) => value / count);
  for (const value of mean) meanSquare += value * value;
  return meanSquare >= SHARE_MIN * (square / count - meanSquare) && meanSquare > 0 ? mean : undefined;
}

/** The rows [0, rowCount) of a field once more, centred by `mean`, without links. Throws insufficient_storage. */
export function centredCopy(source: FieldMemory, shape: FieldShape, mean: Float32Array, rowCount: number): FieldMemory {
  const centred = new FieldMemory(source.arena, shape);
  centred.setMean(mean);
  centred.reserve(source.capacity, (row) => source.levelOf(row));
  for (let row = 0; row < rowCount; row += 1) {
    if (source.isDead(row)) centred.bury(row);
    else centred.quantise(row, source.dequantise(row), 1);
  }
  return centred;
}
