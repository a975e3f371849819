import { uniformSource } from '../data.ts';
import type { BenchData } from '../engine/cached-data.ts';

/** A family of filters: the rows that may be returned to query number `query`. */
export interface FilterKind {
  readonly name: string;
  /** Filters of this kind that differ; queries take them in turn. */
  readonly variants: number;
  /** Bitmap of the rows that variant number `variant` admits. */
  make(variant: number): Uint32Array;
}

/** Clusters that rows are counted to, for filters that correlate with the vectors: the nearest of so many random rows. */
const CLUSTERS = 100;

/** Every row alone with the same chance: what keyword or integer fields that know nothing of the vectors give. */
export function uniformKind(rows: number, share: number, variants: number): FilterKind {
  const name = `${String(Number((share * 100).toPrecision(3)))} %`;
  return {
    name,
    variants,
    make: (variant) => {
      const chance = uniformSource(variant + 10);
      return bitmapOf(rows, () => chance() < share);
    },
  };
}

/** Filters that have to do with where the rows lie. Variants are queries: the filter of each is made for it. */
export function correlatedKinds(data: BenchData, variants: number): readonly FilterKind[] {
  const { rows, dimension, queries } = data;
  const clusters = new Clusters(data);
  const toQuery = new Map<number, Float32Array>();
  const scores = (query: number): Float32Array => {
    const known = toQuery.get(query) ?? dots(data, queries.subarray(query * dimension, (query + 1) * dimension));
    toQuery.set(query, known);
    return known;
  };
  /** The share of the rows that lie nearest (positive) or farthest (negative). */
  const part = (all: Float32Array, share: number): Uint32Array => {
    const sorted = all.toSorted();
    const limit = sorted[share > 0 ? Math.floor(rows * (1 - share)) : Math.floor(rows * -share)] ?? 0;
    return bitmapOf(rows, (row) => (share > 0 ? (all[row] ?? 0) >= limit : (all[row] ?? 0) < limit));
  };
  const kind = (name: string, make: (variant: number) => Uint32Array): FilterKind => ({ name, variants, make });
  return [
    kind('five clusters of a hundred', (query) => clusters.members((rank) => rank < 5, query)),
    kind('all but the five clusters nearest to the query', (query) => clusters.farther(scores(query), 5, CLUSTERS)),
    kind('the ten clusters nearest to the query', (query) => clusters.farther(scores(query), 0, 10)),
    kind('the ten clusters farthest from the query', (query) =>
      clusters.farther(scores(query), CLUSTERS - 10, CLUSTERS),
    ),
    kind('the nearest 10 % of rows', (query) => part(scores(query), 0.1)),
    kind('the farthest 10 % of rows', (query) => part(scores(query), -0.1)),
    kind('the farthest 50 % of rows', (query) => part(scores(query), -0.5)),
  ];
}

/** Every row belongs to the nearest of CLUSTERS random rows. */
class Clusters {
  readonly #clusterOf: Uint8Array;

  constructor(data: BenchData) {
    const { rows, dimension, base } = data;
    const chance = uniformSource(5);
    this.#clusterOf = new Uint8Array(rows);
    const best = new Float32Array(rows).fill(-Infinity);
    for (let cluster = 0; cluster < CLUSTERS; cluster += 1) {
      const centre = Math.floor(chance() * rows) * dimension;
      const scores = dots(data, base.subarray(centre, centre + dimension));
      for (let row = 0; row < rows; row += 1) {
        if ((scores[row] ?? 0) <= (best[row] ?? 0)) continue;
        best[row] = scores[row] ?? 0;
        this.#clusterOf[row] = cluster;
      }
    }
  }

  /** Rows of the clusters whose rank in an order that `seed` shuffles is wanted. */
  members(wanted: (rank: number) => boolean, seed: number): Uint32Array {
    const chance = uniformSource(seed + 1);
    const keys = Array.from({ length: CLUSTERS }, () => chance());
    return this.#ranked(keys, wanted);
  }

  /** Rows of the clusters from rank `start` to `end` in the order of their mean score, best first. */
  farther(scores: Float32Array, start: number, end: number): Uint32Array {
    const sums = new Float64Array(CLUSTERS);
    const counts = new Float64Array(CLUSTERS);
    for (const [row, cluster] of this.#clusterOf.entries()) {
      sums[cluster] = (sums[cluster] ?? 0) + (scores[row] ?? 0);
      counts[cluster] = (counts[cluster] ?? 0) + 1;
    }
    const keys = Array.from(sums, (sum, cluster) => -sum / Math.max(counts[cluster] ?? 1, 1));
    return this.#ranked(keys, (rank) => rank >= start && rank < end);
  }

  #ranked(keys: readonly number[], wanted: (rank: number) => boolean): Uint32Array {
    const order = keys.map((_, cluster) => cluster).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
    const taken = new Set(order.filter((_, rank) => wanted(rank)));
    return bitmapOf(this.#clusterOf.length, (row) => taken.has(this.#clusterOf[row] ?? 0));
  }
}

/** Dot products of all rows with a vector. */
function dots(data: BenchData, vector: Float32Array): Float32Array {
  const { rows, dimension, base } = data;
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let sum = 0;
    for (let column = 0; column < dimension; column += 1) {
      sum += (base[row * dimension + column] ?? 0) * (vector[column] ?? 0);
    }
    scores[row] = sum;
  }
  return scores;
}

function bitmapOf(rows: number, admits: (row: number) => boolean): Uint32Array {
  const words = new Uint32Array(Math.ceil(rows / 32));
  for (let row = 0; row < rows; row += 1) {
    if (admits(row)) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  }
  return words;
}
