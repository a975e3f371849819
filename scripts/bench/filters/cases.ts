import { K, type BenchData } from '../engine/cached-data.ts';

/** A kind of filter: one JSON filter for each query, and what is right for it. */
export interface FilterCase {
  readonly name: string;
  /** The least share of the unfiltered rate that is asked for. */
  readonly floor: number;
  /** Qdrant's rate on the same machine, where it was measured (DESIGN.md section 8). */
  readonly qdrant: number | undefined;
  readonly filter: (query: number) => string;
  /** Rows, queries x K. */
  readonly truth: Uint32Array;
}

/** A number of its own for each row below 2^17, as good as random: multiplication by an odd number modulo 2^17. */
function shuffled(row: number): number {
  return (Math.imul(row, 0x9e3779b1) >>> 0) % 131_072;
}

/** `n` is random, `p` grows along one direction of the space, the keywords are random. */
export function payloadJson(row: number): string {
  const n = shuffled(row);
  return `{"n":${n},"p":${projections[row] ?? 0},"k10":"v${n % 10}","k100":"v${n % 100}","k1000":"v${n % 1000}"}`;
}

/** Rank of each row along a direction; set by `filterCases`. */
let projections: Uint32Array = new Uint32Array(0);

export function filterCases(data: BenchData): readonly FilterCase[] {
  const { rows, dimension, base, queries } = data;
  projections = ranks(base, dimension);
  const queryCount = queries.length / dimension;
  const keyword = (key: string, value: number): string => `{"must":[{"key":"${key}","match":{"value":"v${value}"}}]}`;
  const window = (query: number): number => (query % 16) * 4096;
  const make = (
    name: string,
    floor: number,
    qdrant: number | undefined,
    filter: (query: number) => string,
    passes: (row: number, query: number) => boolean,
  ): FilterCase => ({ name, floor, qdrant, filter, truth: truthOf(data, queryCount, passes) });
  // A query on one side of the direction asks for the tenth of the rows on the other side.
  const sides = Uint8Array.from({ length: queryCount }, (_, query) =>
    dot(queries, query, direction(dimension), dimension) > 0 ? 1 : 0,
  );
  return [
    make(
      '0.1%',
      1.5,
      undefined,
      (query) => keyword('k1000', query % 1000),
      (row, query) => shuffled(row) % 1000 === query % 1000,
    ),
    make(
      '1%',
      1,
      4030,
      (query) => keyword('k100', query % 100),
      (row, query) => shuffled(row) % 100 === query % 100,
    ),
    make(
      '10%',
      0.6,
      2080,
      (query) => keyword('k10', query % 10),
      (row, query) => shuffled(row) % 10 === query % 10,
    ),
    make(
      '50%',
      0.6,
      1490,
      (query) => `{"must":[{"key":"n","range":{"gte":${window(query)},"lt":${window(query) + 65_536}}}]}`,
      (row, query) => shuffled(row) >= window(query) && shuffled(row) < window(query) + 65_536,
    ),
    make(
      'two, 4%',
      0.5,
      undefined,
      (query) =>
        `{"must":[{"key":"k10","match":{"any":["v${query % 10}","v${(query + 5) % 10}"]}},{"key":"n","range":{"lt":26214}}]}`,
      (row, query) => shuffled(row) % 5 === query % 5 && shuffled(row) < 26_214,
    ),
    make(
      'correlated, 10%',
      0.5,
      undefined,
      (query) =>
        sides[query] === 1
          ? `{"must":[{"key":"p","range":{"lt":${rows / 10}}}]}`
          : `{"must":[{"key":"p","range":{"gte":${rows - rows / 10}}}]}`,
      (row, query) => {
        const rank = projections[row] ?? 0;
        return sides[query] === 1 ? rank < rows / 10 : rank >= rows - rows / 10;
      },
    ),
  ];
}

function direction(dimension: number): Float32Array {
  return Float32Array.from({ length: dimension }, (_, column) => Math.sin(column * 12.9898) * 43.7 - 0.1);
}

function ranks(base: Float32Array, dimension: number): Uint32Array {
  const towards = direction(dimension);
  const count = base.length / dimension;
  const along = Float64Array.from({ length: count }, (_, row) => dot(base, row, towards, dimension));
  const order = Uint32Array.from(along.keys()).sort((a, b) => (along[a] ?? 0) - (along[b] ?? 0));
  const result = new Uint32Array(count);
  order.forEach((row, rank) => {
    result[row] = rank;
  });
  return result;
}

/** The exact neighbours among the rows that pass. */
function truthOf(data: BenchData, queryCount: number, passes: (row: number, query: number) => boolean): Uint32Array {
  const { rows, dimension, base, queries } = data;
  const truth = new Uint32Array(queryCount * K);
  for (let query = 0; query < queryCount; query += 1) {
    const vector = queries.subarray(query * dimension, (query + 1) * dimension);
    const best: { readonly row: number; readonly score: number }[] = [];
    for (let row = 0; row < rows; row += 1) {
      if (!passes(row, query)) continue;
      const score = dot(base, row, vector, dimension);
      if (best.length === K && score <= (best[K - 1]?.score ?? 0)) continue;
      const place = best.findIndex((other) => other.score < score);
      best.splice(place < 0 ? best.length : place, 0, { row, score });
      best.length = Math.min(best.length, K);
    }
    best.forEach(({ row }, rank) => {
      truth[query * K + rank] = row;
    });
  }
  return truth;
}

function dot(vectors: Float32Array, row: number, vector: Float32Array, dimension: number): number {
  let sum = 0;
  const start = row * dimension;
  for (let column = 0; column < dimension; column += 1) sum += (vectors[start + column] ?? 0) * (vector[column] ?? 0);
  return sum;
}
