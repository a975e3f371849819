import type { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import type { ExampleScoring, SearchTarget } from '../../src/core/example-scoring.ts';
import { roundToDatatype } from '../../src/core/datatypes.ts';
import type { SegmentPlan } from '../../src/core/plan.ts';
import { ColumnBuilder } from '../../src/core/vector-columns.ts';
import type { Vector } from '../../src/core/vectors.ts';
import type { DenseSpec, FieldSpec, MultiSpec, SparseSpec } from '../../src/segments/field-spec.ts';
import { SegmentField } from '../../src/segments/segment-field.ts';
import type { FieldHits } from '../../src/segments/segment-field.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import { gaussianSource, uniformSource } from '../../scripts/bench/data.ts';
import { normalise, score as plainScore } from '../vectors/oracle.ts';

export type Examples = Extract<SearchTarget, { kind: 'examples' }>;
export const DIMENSION = 24;
const { signal } = new AbortController();

export const AS_USUAL = { ignore: false, rescore: undefined, oversampling: undefined } as const;

export function denseSpec(changes: Partial<DenseSpec>): DenseSpec {
  return {
    kind: 'dense',
    name: '',
    dimension: DIMENSION,
    distance: 'Cosine',
    datatype: 'float32',
    m: 8,
    efConstruct: 60,
    quantization: null,
    onDisk: false,
    ...changes,
  };
}

export function multiSpec(changes: Partial<MultiSpec>): MultiSpec {
  return { ...denseSpec({}), kind: 'multi', dimension: 16, ...changes };
}

export function sparseSpec(datatype: SparseSpec['datatype']): SparseSpec {
  return { kind: 'sparse', name: '', datatype };
}

/** Draws vectors as an upsert would have made them of what a user sends. */
export function drawer(spec: FieldSpec, seed: number): () => Vector {
  const gaussian = gaussianSource(seed);
  const uniform = uniformSource(seed);
  if (spec.kind === 'sparse') {
    return () => {
      const indices = Uint32Array.from(
        new Set(Array.from({ length: 1 + Math.floor(uniform() * 6) }, () => Math.floor(uniform() ** 2 * 60))),
      ).sort();
      return { kind: 'sparse', indices, values: indices.map(() => 0) && Float32Array.from(indices, () => gaussian()) };
    };
  }
  const { dimension, datatype, distance, kind } = spec;
  const rows = (count: number): Float32Array => {
    // A common part makes neighbours of rows.
    const values = new Float32Array(count * dimension);
    for (let at = 0; at < values.length; at += 1) {
      values[at] = datatype === 'uint8' ? Math.floor(uniform() * 256) : gaussian() + 0.3;
    }
    if (distance === 'Cosine' && datatype !== 'uint8') normalise(values, dimension);
    if (datatype !== 'turbo4') roundToDatatype(values, datatype);
    return values;
  };
  return kind === 'dense'
    ? () => ({ kind, values: rows(1) })
    : () => ({ kind, values: rows(1 + Math.floor(uniform() * 4)), dimension });
}

/** A field of `count` drawn rows, every 17th of which is removed; indexed, with a tail. */
export async function fillField(compute: Compute, spec: FieldSpec, count: number): Promise<SegmentField> {
  const field = new SegmentField(compute, 0, spec, undefined);
  const draw = drawer(spec, 3);
  const tail = Math.floor(count / 10);
  append(field, draw, 0, count - tail);
  await field.settled();
  await field.buildIndex({ signal });
  append(field, draw, count - tail, tail);
  await field.settled();
  for (let row = 5; row < count; row += 17) field.remove(row);
  return field;
}

export function append(field: SegmentField, draw: () => Vector, first: number, count: number): void {
  const builder = new ColumnBuilder(field.spec.name, field.spec.kind);
  for (let row = 0; row < count; row += 1) builder.push(draw());
  field.append(first, builder.column());
}

/** One of each scoring, of examples drawn alike. */
export function targets(spec: FieldSpec, seed: number): readonly Examples[] {
  const draw = drawer(spec, seed);
  const make = (count: number, scoring: ExampleScoring): Examples => ({
    kind: 'examples',
    examples: Array.from({ length: count }, draw),
    scoring,
  });
  return [
    make(5, { kind: 'best_score', positives: 3 }),
    make(1, { kind: 'best_score', positives: 1 }),
    make(2, { kind: 'best_score', positives: 0 }),
    make(4, { kind: 'linear', weights: Float32Array.of(1, 0.5, -0.25, -1) }),
    make(7, { kind: 'discover' }),
    make(1, { kind: 'discover' }),
    make(6, { kind: 'context' }),
  ];
}

export function search(
  field: SegmentField,
  target: Examples,
  asked: Partial<SegmentPlan>,
  filter?: RowFilter,
): Promise<FieldHits> {
  const plan = { k: 10, ef: 100, exact: false, indexedOnly: false, quantization: AS_USUAL, ...asked };
  return field.search({ target, plan, filter, signal });
}

/** The raw score of two vectors as they were given, too simple to be wrong. */
export function rawScore(spec: FieldSpec, asked: Vector, stored: Vector): number {
  if (spec.kind === 'sparse' || asked.kind === 'sparse' || stored.kind === 'sparse') {
    if (asked.kind !== 'sparse' || stored.kind !== 'sparse') return Number.NaN;
    const values = new Map(Array.from(stored.indices, (index, at) => [index, stored.values[at] ?? 0]));
    return asked.indices.reduce((sum, index, at) => sum + (asked.values[at] ?? 0) * (values.get(index) ?? 0), 0);
  }
  const rowsOf = ({ values }: { readonly values: Float32Array }): Float32Array[] =>
    Array.from({ length: values.length / spec.dimension }, (_, row) =>
      values.subarray(row * spec.dimension, (row + 1) * spec.dimension),
    );
  let sum = 0;
  for (const row of rowsOf(asked)) {
    sum += Math.max(...rowsOf(stored).map((other) => rowScore(spec.distance, spec.datatype === 'uint8', row, other)));
  }
  return sum;
}

function rowScore(distance: Distance, whole: boolean, a: Float32Array, b: Float32Array): number {
  const value = plainScore(distance, a, b);
  if (distance !== 'Cosine' || !whole) return value;
  const norms = plainScore('Dot', a, a) * plainScore('Dot', b, b);
  return norms === 0 ? 0 : value / Math.sqrt(norms);
}
