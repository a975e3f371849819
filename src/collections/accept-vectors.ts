import type { CollectionConfig, DenseVectorConfig } from '../core/collection-config.ts';
import { roundToDatatype } from '../core/datatypes.ts';
import { normaliseRows } from '../core/distances.ts';
import { badInput, type VectorizerError } from '../core/errors.ts';
import type { PointColumns } from '../core/requests.ts';
import { ColumnBuilder, vectorOf } from '../core/vector-columns.ts';
import type { Vector, VectorColumn } from '../core/vectors.ts';
import { unknownVectorName } from './vector-names.ts';

/**
 * Checks the vectors of points against a collection and makes them what is stored: normalised for Cosine, rounded to
 * their datatype, a single row where a dense vector is given for a multivector. The request's own memory is used.
 *
 * Throws   bad_input on a wrong dimension, an unknown vector name, a vector of another kind or a component that is not
 *          finite. `OperationRejected` marks those that Qdrant finds only after it has numbered the operation.
 */
export function acceptVectors(points: PointColumns, config: CollectionConfig): readonly VectorColumn[] {
  const { vectors, sparseVectors } = config.params;
  const accepted: VectorColumn[] = [];
  // Qdrant checks dimensions before it logs, whatever else may be wrong.
  for (const column of points.vectors) {
    const field = vectors.find(({ name }) => name === column.name);
    if (field !== undefined) checkDimensions(column, field);
  }
  for (const column of points.vectors) {
    const field = vectors.find(({ name }) => name === column.name);
    if (field !== undefined) accepted.push(acceptDense(column, field));
    else if (sparseVectors.some(({ name }) => name === column.name)) accepted.push(acceptSparse(column));
    else throw unknownVector(column.name);
  }
  return mergeColumns(accepted);
}

/** A vector to search a field with, as it is compared: normalised for Cosine, rounded to the datatype. Copies if it must. */
export function acceptQuery(vector: Vector, name: string, config: CollectionConfig): Vector {
  const { vectors, sparseVectors } = config.params;
  const field = vectors.find((field) => field.name === name);
  if (field === undefined) {
    if (!sparseVectors.some((field) => field.name === name)) throw unknownVectorName(name);
    if (vector.kind !== 'sparse') throw badInput('Conversion between sparse and regular vectors failed');
    refuseBroken(vector.values, vector.values.length);
    return vector;
  }
  if (vector.kind === 'sparse') throw badInput('Conversion between sparse and regular vectors failed');
  if (vector.kind === 'multi' && !field.multivector)
    throw badInput('Conversion between multi and regular vectors failed');
  const dimension = vector.kind === 'multi' ? vector.dimension : vector.values.length;
  if (dimension !== field.size) throw badInput(`Vector dimension error: expected dim: ${field.size}, got ${dimension}`);
  const values = vector.values.slice();
  finish(values, field);
  return field.multivector ? { kind: 'multi', dimension, values } : { kind: 'dense', values };
}

/** Refused after Qdrant's log had numbered it: the operation's number is used up (golden: points-crud). */
export class OperationRejected extends Error {
  override readonly name = 'OperationRejected';
  readonly refusal: VectorizerError;

  constructor(message: string) {
    super(message);
    this.refusal = badInput(message);
  }
}

export function unknownVector(name: string): OperationRejected {
  return new OperationRejected(unknownVectorName(name).message);
}

function checkDimensions(column: VectorColumn, { name, size }: DenseVectorConfig): void {
  if (column.kind === 'sparse') return;
  const { has, starts } = column;
  for (let point = 0; point < has.length; point++) {
    if (has[point] !== 1) continue;
    const length =
      column.kind === 'multi'
        ? (column.dimensions[point] as number)
        : (starts[point + 1] as number) - (starts[point] as number);
    if (length === size) continue;
    const place = name === '' ? '' : ` for vector '${name}'`;
    throw badInput(`Vector dimension error: expected dim: ${size}, got ${length}${place}`);
  }
}

function acceptDense(column: VectorColumn, field: DenseVectorConfig): VectorColumn {
  if (column.kind === 'sparse') throw new OperationRejected('Conversion between sparse and regular vectors failed');
  if (column.kind === 'multi' && !field.multivector)
    throw new OperationRejected('Conversion between multi and regular vectors failed');
  const { starts, has } = column;
  finish(column.values.subarray(starts[0], starts[has.length]), field);
  if (column.kind === 'multi' || !field.multivector) return column;
  return { ...column, kind: 'multi', dimensions: Uint32Array.from(has, (present) => present * field.size) };
}

function acceptSparse(column: VectorColumn): VectorColumn {
  if (column.kind !== 'sparse') throw new OperationRejected('Conversion between sparse and regular vectors failed');
  refuseBroken(column.values, column.values.length);
  return column;
}

/** Whole rows of the field's dimension, in place. */
function finish(values: Float32Array, { size, distance, datatype }: DenseVectorConfig): void {
  const broken = normaliseRows(values, size, distance === 'Cosine' && datatype !== 'uint8');
  if (broken >= 0) throw notFinite(broken % size);
  roundToDatatype(values, datatype);
  // What a half cannot hold would become infinite, and every score with it.
  const infinite = datatype === 'float16' ? values.findIndex((value) => !Number.isFinite(value)) : -1;
  if (infinite >= 0) throw notFinite(infinite % size);
}

function refuseBroken(values: Float32Array, dimension: number): void {
  const broken = normaliseRows(values, Math.max(dimension, 1), false);
  if (broken >= 0) throw notFinite(broken);
}

function notFinite(component: number): VectorizerError {
  return badInput(`a vector holds a value that is not a finite number (component ${component})`);
}

/** Points may give a multivector as rows and as a single one: both become one column. */
function mergeColumns(columns: readonly VectorColumn[]): readonly VectorColumn[] {
  const byName = Map.groupBy(columns, ({ name }) => name);
  if (byName.size === columns.length) return columns;
  return [...byName].map(([name, same]) => {
    const [first] = same as [VectorColumn];
    const builder = new ColumnBuilder(name, first.kind);
    for (let point = 0; point < first.has.length; point++)
      builder.push(same.map((column) => vectorOf(column, point)).find((vector) => vector !== undefined));
    return builder.column();
  });
}
