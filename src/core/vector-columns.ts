import { invariant } from '../base/invariant.ts';
import type { Vector, VectorColumn, VectorKind } from './vectors.ts';

/** The vector of a point as views of its column, or undefined. */
export function vectorOf(column: VectorColumn, point: number): Vector | undefined {
  if (column.has[point] !== 1) return undefined;
  const start = column.starts[point] as number;
  const end = column.starts[point + 1] as number;
  const values = column.values.subarray(start, end);
  switch (column.kind) {
    case 'dense':
      return { kind: 'dense', values };
    case 'sparse':
      return { kind: 'sparse', indices: column.indices.subarray(start, end), values };
    case 'multi':
      return { kind: 'multi', dimension: column.dimensions[point] as number, values };
  }
}

/** The vectors of points first … first + count, as a column of its own; values are views. */
export function sliceColumn(column: VectorColumn, first: number, count: number): VectorColumn {
  const { name, has, starts, values } = column;
  const start = starts[first] as number;
  const end = starts[first + count] as number;
  const places = {
    name,
    has: has.subarray(first, first + count),
    starts: start === 0 ? starts.subarray(first, first + count + 1) : shifted(starts, first, count),
    values: values.subarray(start, end),
  };
  switch (column.kind) {
    case 'dense':
      return { kind: 'dense', ...places };
    case 'sparse':
      return { kind: 'sparse', ...places, indices: column.indices.subarray(start, end) };
    case 'multi':
      return { kind: 'multi', ...places, dimensions: column.dimensions.subarray(first, first + count) };
  }
}

/** The vectors of the points with these indexes, in this order. */
export function pickColumn(column: VectorColumn, points: readonly number[]): VectorColumn {
  const builder = new ColumnBuilder(column.name, column.kind);
  for (const point of points) builder.push(vectorOf(column, point));
  return builder.column();
}

/** Whether any point has a vector in it. */
export function isEmptyColumn(column: VectorColumn): boolean {
  return !column.has.includes(1);
}

/** A column made of vectors one after another; they are copied when it is done. */
export class ColumnBuilder {
  private readonly name: string;
  private readonly kind: VectorKind;
  private readonly vectors: (Vector | undefined)[] = [];

  constructor(name: string, kind: VectorKind) {
    this.name = name;
    this.kind = kind;
  }

  /** The next point's vector, of the column's kind; undefined: it has none. */
  push(vector: Vector | undefined): void {
    invariant(vector === undefined || vector.kind === this.kind, 'column: vectors of its kind');
    this.vectors.push(vector);
  }

  column(): VectorColumn {
    const { name, kind, vectors } = this;
    const count = vectors.length;
    const has = new Uint8Array(count);
    const starts = new Uint32Array(count + 1);
    vectors.forEach((vector, point) => {
      has[point] = vector === undefined ? 0 : 1;
      starts[point + 1] = (starts[point] as number) + (vector?.values.length ?? 0);
    });
    const values = new Float32Array(starts[count] as number);
    vectors.forEach((vector, point) => {
      if (vector !== undefined) values.set(vector.values, starts[point]);
    });
    const places = { name, has, starts, values };
    if (kind === 'dense') return { kind, ...places };
    if (kind === 'sparse') {
      const indices = new Uint32Array(values.length);
      vectors.forEach((vector, point) => {
        if (vector?.kind === 'sparse') indices.set(vector.indices, starts[point]);
      });
      return { kind, ...places, indices };
    }
    const dimensions = Uint32Array.from(vectors, (vector) => (vector?.kind === 'multi' ? vector.dimension : 0));
    return { kind, ...places, dimensions };
  }
}

function shifted(starts: Uint32Array, first: number, count: number): Uint32Array {
  const start = starts[first] as number;
  const result = new Uint32Array(count + 1);
  for (let index = 0; index <= count; index++) result[index] = (starts[first + index] as number) - start;
  return result;
}
