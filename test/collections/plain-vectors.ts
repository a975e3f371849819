import type { DenseVectorConfig, Distance, SparseVectorConfig } from '../../src/core/collection-config.ts';
import { ColumnBuilder } from '../../src/core/vector-columns.ts';
import type { NamedVector, Vector, VectorColumn } from '../../src/core/vectors.ts';

/** Vectors as tests write them: numbers are dense, rows of numbers multi, indices with values sparse. */
export type PlainVector =
  | readonly number[]
  | readonly (readonly number[])[]
  | { readonly indices: readonly number[]; readonly values: readonly number[] };

/** The vectors of a point by name. */
export type PlainVectors = Readonly<Record<string, PlainVector>>;

export function toVector(plain: PlainVector): Vector {
  if ('indices' in plain)
    return {
      kind: 'sparse',
      indices: Uint32Array.from(plain.indices),
      values: Float32Array.from(plain.values),
    };
  const [first] = plain;
  return Array.isArray(first)
    ? { kind: 'multi', dimension: first.length, values: Float32Array.from(plain.flat()) }
    : { kind: 'dense', values: Float32Array.from(plain as readonly number[]) };
}

/** The numbers are those of f32. */
export function toPlain(vector: Vector): PlainVector {
  switch (vector.kind) {
    case 'dense':
      return Array.from(vector.values);
    case 'sparse':
      return { indices: Array.from(vector.indices), values: Array.from(vector.values) };
    case 'multi':
      return Array.from({ length: vector.values.length / vector.dimension }, (_, row) =>
        Array.from(vector.values.subarray(row * vector.dimension, (row + 1) * vector.dimension)),
      );
  }
}

/** By name, in the order of the names. */
export function toPlainVectors(vectors: readonly NamedVector[] | undefined): PlainVectors {
  const plain = (vectors ?? []).map(({ name, vector }) => [name, toPlain(vector)] as const);
  return Object.fromEntries(plain.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A column for each name and kind that the points have. */
export function vectorColumns(points: readonly PlainVectors[]): readonly VectorColumn[] {
  const vectors = points.map((point) =>
    Object.entries(point).map(([name, plain]) => ({ name, vector: toVector(plain) })),
  );
  const kinds = new Map(
    vectors.flat().map(({ name, vector: { kind } }) => [JSON.stringify([name, kind]), { name, kind }]),
  );
  return [...kinds.values()].map(({ name, kind }) => {
    const builder = new ColumnBuilder(name, kind);
    for (const named of vectors)
      builder.push(named.find((other) => other.name === name && other.vector.kind === kind)?.vector);
    return builder.column();
  });
}

export function denseConfig(
  name: string,
  size: number,
  distance: Distance,
  changes: Partial<DenseVectorConfig> = {},
): DenseVectorConfig {
  return {
    name,
    size,
    distance,
    hnswConfig: undefined,
    quantization: undefined,
    onDisk: undefined,
    memory: undefined,
    datatype: undefined,
    multivector: false,
    ...changes,
  };
}

export function sparseConfig(name: string, changes: Partial<SparseVectorConfig> = {}): SparseVectorConfig {
  return { name, modifier: undefined, index: undefined, ...changes };
}
