import type { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import type { QuantizationParams } from '../../src/core/quantization.ts';
import { MultiField } from '../../src/vectors/multi-field.ts';
import type { MultiFieldOptions } from '../../src/vectors/multi-field.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import type { DenseHits } from '../../src/vectors/search-task.ts';
import { gaussianSource, uniformSource } from '../../scripts/bench/data.ts';
import { normalise, score } from './oracle.ts';

const { signal } = new AbortController();
export const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];
export const AS_USUAL: QuantizationParams = { ignore: false, rescore: undefined, oversampling: undefined };

export function openField(
  compute: Compute,
  options: Partial<MultiFieldOptions> & { dimension: number; distance: Distance },
): MultiField {
  return MultiField.open(compute, {
    datatype: 'float32',
    quantization: undefined,
    remainders: true,
    indexed: true,
    ...options,
  });
}

export interface Asked {
  readonly k?: number;
  readonly ef?: number;
  readonly exact?: boolean;
  readonly indexedOnly?: boolean;
  readonly filter?: RowFilter;
  readonly quantization?: QuantizationParams;
}

export function find(field: MultiField, query: Float32Array, asked: Asked = {}): Promise<DenseHits> {
  return field.search({
    query,
    k: 5,
    ef: 64,
    exact: false,
    indexedOnly: false,
    quantization: AS_USUAL,
    filter: undefined,
    signal,
    ...asked,
  });
}

/** Random multivectors, and the oracle over them. */
export class Model {
  readonly dimension: number;
  readonly distance: Distance;
  readonly whole: boolean;
  readonly points: Float32Array[] = [];
  readonly removed: Set<number> = new Set<number>();
  readonly gaussian: () => number;
  readonly chance: () => number;

  constructor(distance: Distance, dimension: number, whole: boolean, seed: number) {
    this.distance = distance;
    this.dimension = dimension;
    this.whole = whole;
    this.gaussian = gaussianSource(seed);
    this.chance = uniformSource(seed);
  }

  draw(rows: number): Float32Array {
    const values = Float32Array.from({ length: rows * this.dimension }, () =>
      this.whole ? Math.floor(this.chance() * 256) : this.gaussian(),
    );
    return this.distance === 'Cosine' && !this.whole ? normalise(values, this.dimension) : values;
  }

  append(field: MultiField, count: number, rowsMax: number): void {
    const points = Array.from({ length: count }, () => this.draw(1 + Math.floor(this.chance() * rowsMax)));
    const starts = new Uint32Array(count + 1);
    for (const [at, point] of points.entries()) starts[at + 1] = (starts[at] ?? 0) + point.length / this.dimension;
    const values = new Float32Array((starts[count] ?? 0) * this.dimension);
    for (const [at, point] of points.entries()) values.set(point, (starts[at] ?? 0) * this.dimension);
    field.append(starts, values, count);
    this.points.push(...points);
  }

  live(): number[] {
    return [...this.points.keys()].filter((row) => !this.removed.has(row));
  }

  /** Raw MaxSim, in doubles and by nothing but the oracle's own score. */
  similarity(query: Float32Array, point: Float32Array): number {
    let sum = 0;
    for (let asked = 0; asked < query.length; asked += this.dimension) {
      const row = query.subarray(asked, asked + this.dimension);
      let best = -Infinity;
      for (let start = 0; start < point.length; start += this.dimension) {
        const other = point.subarray(start, start + this.dimension);
        let value = score(this.distance, row, other);
        if (this.distance === 'Cosine' && this.whole) {
          const norms = score('Dot', row, row) * score('Dot', other, other);
          value = norms === 0 ? 0 : value / Math.sqrt(norms);
        }
        best = Math.max(best, value);
      }
      sum += best;
    }
    return sum;
  }

  nearest(query: Float32Array, candidates: readonly number[], k: number): { row: number; score: number }[] {
    return candidates
      .map((row) => ({ row, score: this.similarity(query, this.points[row] ?? new Float32Array(0)) }))
      .sort((a, b) => b.score - a.score || a.row - b.row)
      .slice(0, k);
  }

  /** What is wrong with an answer that should be exact, or undefined. */
  fault(hits: { rows: Uint32Array; scores: Float32Array }, wanted: readonly { score: number }[]): string | undefined {
    if (hits.rows.length !== wanted.length) return `${String(hits.rows.length)} of ${String(wanted.length)} rows`;
    if (new Set(hits.rows).size !== hits.rows.length) return 'a row twice';
    for (const [at, { score: expected }] of wanted.entries()) {
      const gap = Math.abs((hits.scores[at] ?? NaN) - expected);
      if (!(gap <= 1e-5 * Math.max(1, Math.abs(expected)))) {
        return `score ${String(at)}: ${String(hits.scores[at])} for ${String(expected)}`;
      }
    }
    return undefined;
  }
}

export function bitmapOf(rows: Iterable<number>, rowCount: number): Uint32Array {
  const words = new Uint32Array((rowCount >>> 5) + 1);
  for (const row of rows) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  return words;
}
