import type { JsonTree } from '../../base/json/json-tree.ts';
import type { MultiVector, SparseVector, Vector, VectorKind } from '../../core/vectors.ts';
import { infiniteComponent } from '../../core/finite.ts';
import { sortSparse } from '../../core/vector-rules.ts';
import type { Decoding } from './decoding.ts';
import { eachIndex, numberCount, sparseNodes } from './vectors.ts';

/** The numbers of vectors, copied out of a tree. The nodes are known to be vectors of the kind that is asked for. */

/**
 * Copies one vector into arrays of its own. A sparse one of unequal lengths, and a multivector of rows of different
 * lengths, come out as something of the right type: validation refuses the body later.
 * place  names the vector where a component is beyond f32, which is noted in `decoding`.
 */
export function ownVector(decoding: Decoding, node: number, kind: VectorKind, place: string): Vector {
  const { tree } = decoding;
  const vector = copyVector(tree, node, kind);
  if (tree.hasInfinite) {
    const error = infiniteComponent(vector.values, place);
    if (error !== undefined) decoding.fail(error);
  }
  return vector;
}

function copyVector(tree: JsonTree, node: number, kind: VectorKind): Vector {
  switch (kind) {
    case 'dense':
      return { kind, values: tree.copyFloats(node) };
    case 'sparse':
      return { kind, ...ownSparse(tree, node) };
    case 'multi':
      return { kind, ...ownMulti(tree, node) };
  }
}

function ownSparse(tree: JsonTree, node: number): SparseVector {
  const count = sparseCount(tree, node);
  const indices = new Uint32Array(count);
  const values = new Float32Array(count);
  copySparse(tree, node, { indices, values, at: 0 });
  return { indices, values };
}

function ownMulti(tree: JsonTree, node: number): MultiVector {
  const values = new Float32Array(multiCount(tree, node));
  copyMulti(tree, node, values, 0);
  return { dimension: multiDimension(tree, node), values };
}

/** How many entries `copySparse` writes: as many as there are indices. */
export function sparseCount(tree: JsonTree, node: number): number {
  const nodes = sparseNodes(tree, node);
  return nodes === undefined ? 0 : numberCount(tree, nodes.indices);
}

/** Copies a sparse vector to position `at` of two arrays, ascending by index. False where an index stands there twice. */
export function copySparse(
  tree: JsonTree,
  node: number,
  { indices, values, at }: { readonly indices: Uint32Array; readonly values: Float32Array; readonly at: number },
): boolean {
  const nodes = sparseNodes(tree, node);
  if (nodes === undefined) return true;
  let end = at;
  eachIndex(tree, nodes.indices, (index) => void (indices[end++] = index));
  const first = tree.floatStart[nodes.values] ?? 0;
  const valueCount = Math.min(end - at, numberCount(tree, nodes.values));
  if (valueCount > 0) values.set(tree.floats.subarray(first, first + valueCount), at);
  return sortSparse(indices.subarray(at, end), values.subarray(at, end));
}

/** How many numbers the rows of a multivector have together. */
export function multiCount(tree: JsonTree, node: number): number {
  let count = 0;
  const end = tree.nextOf(node);
  for (let row = node + 1; row < end; row = tree.nextOf(row)) count += numberCount(tree, row);
  return count;
}

/** Numbers a row, as its first row has them. */
export function multiDimension(tree: JsonTree, node: number): number {
  return numberCount(tree, node + 1);
}

/** Copies the rows of a multivector, end to end, to position `at` of `values`. */
export function copyMulti(tree: JsonTree, node: number, values: Float32Array, at: number): void {
  const end = tree.nextOf(node);
  for (let row = node + 1; row < end; row = tree.nextOf(row)) {
    const count = numberCount(tree, row);
    if (count > 0) values.set(tree.floats.subarray(tree.floatStart[row], tree.floatEnd[row]), at);
    at += count;
  }
}
