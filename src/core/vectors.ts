/** Vectors as users give and get them. Arrays may be views of shared or transferred memory. */

/** How the numbers of a dense vector are stored and scored (SEMANTICS.md 1.3). */
export type VectorDatatype = 'float32' | 'float16' | 'uint8' | 'turbo4';

/** Indices ascending and unique; as many values. Empty is a vector too. */
export interface SparseVector {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** Rows of `dimension` numbers, end to end; at least one. */
export interface MultiVector {
  readonly dimension: number;
  readonly values: Float32Array;
}

export type Vector =
  | { readonly kind: 'dense'; readonly values: Float32Array }
  | ({ readonly kind: 'sparse' } & SparseVector)
  | ({ readonly kind: 'multi' } & MultiVector);

export type VectorKind = Vector['kind'];

/** '' names the default vector. */
export interface NamedVector {
  readonly name: string;
  readonly vector: Vector;
}

/**
 * The vectors of one name and kind that a list of points gives.
 * has      a byte a point: 1 where the point has such a vector. A name may have a column of each kind, but a point at
 *          most one vector of a name.
 * starts   count + 1 offsets, in entries of `values`, points without a vector being empty. A whole vector lies at
 *          values[starts[point] … starts[point + 1]].
 */
export type VectorColumn = DenseColumn | SparseColumn | MultiColumn;

interface ColumnPlaces {
  readonly name: string;
  readonly has: Uint8Array;
  readonly starts: Uint32Array;
  readonly values: Float32Array;
}

export interface DenseColumn extends ColumnPlaces {
  readonly kind: 'dense';
}

/** indices  beside `values`; ascending and unique within each point. */
export interface SparseColumn extends ColumnPlaces {
  readonly kind: 'sparse';
  readonly indices: Uint32Array;
}

/** dimensions  a number a point: how many values make one of its rows; all of its rows are as long. */
export interface MultiColumn extends ColumnPlaces {
  readonly kind: 'multi';
  readonly dimensions: Uint32Array;
}

/**
 * What a model makes a vector of: a Document, an Image or an Object of the wire.
 * text     of a document; undefined for the other two, which only remote models take.
 * options  raw JSON of an object, or undefined.
 */
export interface InferenceObject {
  readonly kind: 'text' | 'image' | 'object';
  readonly model: string;
  readonly text: string | undefined;
  readonly options: string | undefined;
}

/** A vector of a point that a model has to make first. */
export interface InferredVector {
  readonly pointIndex: number;
  readonly name: string;
  readonly object: InferenceObject;
}
