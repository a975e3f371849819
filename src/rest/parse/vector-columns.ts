import type { JsonTree } from '../../base/json/json-tree.ts';
import { present } from '../../base/invariant.ts';
import type { DenseColumn, InferredVector, MultiColumn, SparseColumn } from '../../core/vectors.ts';
import { infiniteComponent } from '../../core/finite.ts';
import { SPARSE_UNIQUE } from '../../core/vector-rules.ts';
import type { Decoding } from './decoding.ts';
import { copyMulti, copySparse, multiCount, multiDimension, sparseCount } from './vector-values.ts';
import { decodeInference } from './vectors.ts';

/** Copies the vectors of one name out of the tree, each once: a column for each kind. */

export const NODE_DENSE = 1;
export const NODE_SPARSE = 2;
export const NODE_MULTI = 3;
export const NODE_INFERENCE = 4;

/**
 * Where the vectors of one name stand.
 * nodes   of each point; -1 = it has none.
 * kinds   NODE_…; 0 = none.
 */
export interface VectorsOfName {
  readonly name: string;
  readonly nodes: Int32Array;
  readonly kinds: Uint8Array;
}

export function denseColumn(decoding: Decoding, vectors: VectorsOfName): DenseColumn {
  const { tree } = decoding;
  const { name, nodes } = vectors;
  const { has, starts, total } = placesOf(tree, vectors, NODE_DENSE, floatCount);
  const values = new Float32Array(total);
  for (let index = 0; index < nodes.length; index++) {
    if (has[index] === 0) continue;
    const node = nodes[index] ?? 0;
    values.set(tree.floats.subarray(tree.floatStart[node], tree.floatEnd[node]), starts[index]);
  }
  requireFinite(decoding, { name, starts, values });
  return { kind: 'dense', name, has, starts, values };
}

/** placeOf  the place of the sparse vector of a point, where one of its indices stands twice. */
export function sparseColumn(
  decoding: Decoding,
  vectors: VectorsOfName,
  placeOf: (index: number) => string,
): SparseColumn {
  const { tree } = decoding;
  const { name, nodes } = vectors;
  const { has, starts, total } = placesOf(tree, vectors, NODE_SPARSE, sparseCount);
  const values = new Float32Array(total);
  const indices = new Uint32Array(total);
  for (let index = 0; index < nodes.length; index++) {
    if (has[index] === 0) continue;
    const isUnique = copySparse(tree, nodes[index] ?? 0, { indices, values, at: starts[index] ?? 0 });
    if (!isUnique) decoding.violate(`${placeOf(index)}.indices: ${SPARSE_UNIQUE}`);
  }
  requireFinite(decoding, { name, starts, values });
  return { kind: 'sparse', name, has, starts, values, indices };
}

export function multiColumn(decoding: Decoding, vectors: VectorsOfName): MultiColumn {
  const { tree } = decoding;
  const { name, nodes } = vectors;
  const { has, starts, total } = placesOf(tree, vectors, NODE_MULTI, multiCount);
  const values = new Float32Array(total);
  const dimensions = new Uint32Array(nodes.length);
  for (let index = 0; index < nodes.length; index++) {
    if (has[index] === 0) continue;
    const node = nodes[index] ?? 0;
    dimensions[index] = multiDimension(tree, node);
    copyMulti(tree, node, values, starts[index] ?? 0);
  }
  requireFinite(decoding, { name, starts, values });
  return { kind: 'multi', name, has, starts, values, dimensions };
}

export function inferredVectors(tree: JsonTree, { name, nodes, kinds }: VectorsOfName): InferredVector[] {
  const inferred: InferredVector[] = [];
  nodes.forEach((node, pointIndex) => {
    if (kinds[pointIndex] !== NODE_INFERENCE) return;
    const object = present(decodeInference(tree, node), 'what was noted as inference is one');
    inferred.push({ pointIndex, name, object });
  });
  return inferred;
}

interface Places {
  readonly has: Uint8Array;
  readonly starts: Uint32Array;
  readonly total: number;
}

/** Which points have a vector of a kind, and where each lies, `sizeOf` being its entries. */
function placesOf(
  tree: JsonTree,
  { nodes, kinds }: VectorsOfName,
  kind: number,
  sizeOf: (tree: JsonTree, node: number) => number,
): Places {
  const count = nodes.length;
  const has = new Uint8Array(count);
  const starts = new Uint32Array(count + 1);
  let total = 0;
  for (let index = 0; index < count; index++) {
    if (kinds[index] === kind) {
      has[index] = 1;
      total += sizeOf(tree, nodes[index] ?? 0);
    }
    starts[index + 1] = total;
  }
  return { has, starts, total };
}

function floatCount(tree: JsonTree, node: number): number {
  return (tree.floatEnd[node] ?? 0) - (tree.floatStart[node] ?? 0);
}

/** Notes the first component that no f32 can hold. */
function requireFinite(
  decoding: Decoding,
  { name, starts, values }: { readonly name: string; readonly starts: Uint32Array; readonly values: Float32Array },
): void {
  if (!decoding.tree.hasInfinite) return;
  for (let index = 0; index + 1 < starts.length; index++) {
    const place = `points[${index}].vector${name === '' ? '' : `.${name}`}`;
    const error = infiniteComponent(values.subarray(starts[index], starts[index + 1]), place);
    if (error !== undefined) {
      decoding.fail(error);
      return;
    }
  }
}
