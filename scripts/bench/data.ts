/**
 * Data for benches and tests, always the same from the same seed.
 *
 * Rows are (cluster centre + spread x Gaussian) in a few latent dimensions whose scale falls as j^-0.3, times a random
 * latent x dimension projection, plus a little Gaussian noise, normalised; queries are drawn alike. The local intrinsic
 * dimension then resembles that of real embeddings: latent 24, 100 clusters, spread 0.8 gives LID100 of about 13
 * (typical text embeddings) and latent 32, 2,000 clusters, spread 1.0 about 19 (hard).
 */
export interface ClusteredOptions {
  readonly rows: number;
  readonly queries: number;
  readonly dimension: number;
  readonly seed: number;
  readonly latent?: number;
  readonly clusters?: number;
  readonly spread?: number;
}

/** Rows end to end, each of length 1. */
export interface DataSet {
  readonly dimension: number;
  readonly base: Float32Array;
  readonly queries: Float32Array;
}

const NOISE = 0.08;

export function generateClustered(options: ClusteredOptions): DataSet {
  const { rows, queries, dimension, seed, latent = 24, clusters = 100, spread = 0.8 } = options;
  const gaussian = gaussianSource(seed);
  const scales = Float64Array.from({ length: latent }, (_, index) => (index + 1) ** -0.3);
  const projection = Float64Array.from({ length: latent * dimension }, () => gaussian() / Math.sqrt(dimension));
  const centres = Float64Array.from(
    { length: clusters * latent },
    (_, index) => gaussian() * (scales[index % latent] ?? 0),
  );
  const pick = uniformSource(seed ^ 0x5bd1e995);
  const draw = (count: number): Float32Array => {
    const out = new Float32Array(count * dimension);
    const point = new Float64Array(latent);
    const row = new Float64Array(dimension);
    for (let index = 0; index < count; index += 1) {
      const centre = Math.floor(pick() * clusters) * latent;
      for (let axis = 0; axis < latent; axis += 1) {
        point[axis] = (centres[centre + axis] ?? 0) + spread * gaussian() * (scales[axis] ?? 0);
      }
      projectRow(point, projection, row, gaussian);
      out.set(row, index * dimension);
    }
    return out;
  };
  return { dimension, base: draw(rows), queries: draw(queries) };
}

function projectRow(point: Float64Array, projection: Float64Array, row: Float64Array, gaussian: () => number): void {
  const dimension = row.length;
  const noise = NOISE / Math.sqrt(dimension);
  for (let column = 0; column < dimension; column += 1) row[column] = noise * gaussian();
  for (let axis = 0; axis < point.length; axis += 1) {
    const weight = point[axis] ?? 0;
    const start = axis * dimension;
    for (let column = 0; column < dimension; column += 1) {
      row[column] = (row[column] ?? 0) + weight * (projection[start + column] ?? 0);
    }
  }
  let square = 0;
  for (const value of row) square += value * value;
  const factor = 1 / Math.sqrt(square);
  for (let column = 0; column < dimension; column += 1) row[column] = (row[column] ?? 0) * factor;
}

/**
 * The k nearest rows of each query by dot product, best first, queries x k row numbers end to end.
 * Plain arithmetic in doubles of f32 rows: the oracle that recall is measured against. About 1 ns a coordinate.
 */
export function bruteForce(data: DataSet, k: number): Uint32Array {
  const { dimension, base, queries } = data;
  const queryCount = queries.length / dimension;
  const rowCount = base.length / dimension;
  const truth = new Uint32Array(queryCount * k);
  const scores = new Float64Array(4 * k);
  const sums = new Float64Array(4);
  for (let first = 0; first < queryCount; first += 4) {
    scores.fill(-Infinity);
    const count = Math.min(4, queryCount - first);
    for (let row = 0; row < rowCount; row += 1) {
      dotFour(queries, first, count, base, row * dimension, dimension, sums);
      for (let lane = 0; lane < count; lane += 1) {
        const score = sums[lane] ?? 0;
        if (score > (scores[lane * k + k - 1] ?? 0)) insert(scores, lane * k, truth, (first + lane) * k, k, score, row);
      }
    }
  }
  return truth;
}

/** Dot products of one row with up to four queries in a row: the row is read once. */
function dotFour(
  queries: Float32Array,
  first: number,
  count: number,
  base: Float32Array,
  start: number,
  dimension: number,
  sums: Float64Array,
): void {
  const at0 = first * dimension;
  const at1 = count > 1 ? at0 + dimension : at0;
  const at2 = count > 2 ? at1 + dimension : at0;
  const at3 = count > 3 ? at2 + dimension : at0;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let column = 0; column < dimension; column += 1) {
    const value = base[start + column] ?? 0;
    sum0 += value * (queries[at0 + column] ?? 0);
    sum1 += value * (queries[at1 + column] ?? 0);
    sum2 += value * (queries[at2 + column] ?? 0);
    sum3 += value * (queries[at3 + column] ?? 0);
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}

function insert(
  scores: Float64Array,
  scoreStart: number,
  rows: Uint32Array,
  rowStart: number,
  k: number,
  score: number,
  row: number,
): void {
  let at = k - 1;
  while (at > 0 && (scores[scoreStart + at - 1] ?? 0) < score) {
    scores[scoreStart + at] = scores[scoreStart + at - 1] ?? 0;
    rows[rowStart + at] = rows[rowStart + at - 1] ?? 0;
    at -= 1;
  }
  scores[scoreStart + at] = score;
  rows[rowStart + at] = row;
}

/** Share of the true k nearest among `found` (queries x k each). */
export function recall(found: Uint32Array, truth: Uint32Array, k: number): number {
  let hits = 0;
  for (let start = 0; start < truth.length; start += k) {
    const wanted = new Set(truth.subarray(start, start + k));
    for (const row of found.subarray(start, start + k)) if (wanted.delete(row)) hits += 1;
  }
  return hits / truth.length;
}

/** Median over the first `sample` queries of the maximum-likelihood local intrinsic dimension of 100 neighbours. */
export function lid100(data: DataSet, sample = 100): number {
  const { dimension, base } = data;
  const queries = data.queries.subarray(0, sample * dimension);
  const neighbours = bruteForce({ dimension, base, queries }, 100);
  const values: number[] = [];
  for (let start = 0; start < neighbours.length; start += 100) {
    const query = (start / 100) * dimension;
    const distances = Array.from(neighbours.subarray(start, start + 100), (row) => {
      let square = 0;
      for (let column = 0; column < dimension; column += 1) {
        square += ((base[row * dimension + column] ?? 0) - (queries[query + column] ?? 0)) ** 2;
      }
      return Math.sqrt(square);
    });
    const farthest = distances[99] ?? 1;
    const logs = distances.slice(0, 99).map((distance) => Math.log(Math.max(distance, 1e-12) / farthest));
    values.push(-99 / logs.reduce((sum, value) => sum + value, 0));
  }
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? Number.NaN;
}

/** Uniform numbers in [0, 1): the generator sfc32. */
export function uniformSource(seed: number): () => number {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Standard normal numbers, by Box and Muller. */
export function gaussianSource(seed: number): () => number {
  const uniform = uniformSource(seed);
  let spare = Number.NaN;
  return () => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
