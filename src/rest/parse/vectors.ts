import {
  JSON_ARRAY,
  JSON_FLOATS,
  JSON_OBJECT,
  JSON_RAW_OBJECT,
  JSON_STRING,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { badInput } from '../../core/errors.ts';
import type { VectorizerError } from '../../core/errors.ts';
import { eachField, elements } from './decoding.ts';
import { numberTexts } from './scalars.ts';

/** The vector that a node holds; `undefined` where it is none. */
export type VectorKind = 'dense' | 'sparse' | 'multi' | 'inference';

export function vectorKind(tree: JsonTree, node: number): VectorKind | undefined {
  switch (tree.kindOf(node)) {
    case JSON_FLOATS:
      return 'dense';
    case JSON_ARRAY: {
      const rows = elements(tree, node);
      if (rows.length === 0) return 'dense';
      return rows.every((row) => isDense(tree, row)) ? 'multi' : undefined;
    }
    case JSON_OBJECT:
      return objectKind(tree, node);
    // An object under a key that happens to be `payload`: not taken apart, and none of its kinds is served yet.
    case JSON_RAW_OBJECT:
      return 'sparse';
    default:
      return undefined;
  }
}

/** Whether a node is a list of numbers, which may be empty. */
export function isDense(tree: JsonTree, node: number): boolean {
  const kind = tree.kindOf(node);
  return kind === JSON_FLOATS || (kind === JSON_ARRAY && tree.nextOf(node) === node + 1);
}

function objectKind(tree: JsonTree, node: number): VectorKind | undefined {
  const fields = new Map<string, number>();
  eachField(tree, node, (key, value) => fields.set(key, value));
  const indices = fields.get('indices');
  const values = fields.get('values');
  if (indices !== undefined && values !== undefined) {
    return isDense(tree, indices) && isDense(tree, values) && areIndices(tree, indices) ? 'sparse' : undefined;
  }
  const model = fields.get('model');
  if (model === undefined || tree.kindOf(model) !== JSON_STRING) return undefined;
  const text = fields.get('text');
  if (text !== undefined) return tree.kindOf(text) === JSON_STRING ? 'inference' : undefined;
  return fields.has('image') || fields.has('object') ? 'inference' : undefined;
}

function areIndices(tree: JsonTree, node: number): boolean {
  if (tree.kindOf(node) === JSON_ARRAY) return true;
  return numberTexts(tree, node).every((digits) => /^[0-9]+$/.test(digits) && Number(digits) <= 0xffff_ffff);
}

/** Rules that Qdrant checks for a sparse vector after reading it, as `{field}: {message}`. */
export function sparseViolations(tree: JsonTree, node: number): string[] {
  if (tree.kindOf(node) !== JSON_OBJECT) return [];
  const lists = new Map<string, string[]>();
  eachField(tree, node, (key, value) => {
    if (key === 'indices' || key === 'values') {
      lists.set(key, tree.kindOf(value) === JSON_FLOATS ? numberTexts(tree, value) : []);
    }
  });
  const indices = lists.get('indices') ?? [];
  const found: string[] = [];
  if (indices.length !== lists.get('values')?.length) {
    found.push('values: Validation error: must be the same length as indices [{}]');
  }
  if (new Set(indices.map(Number)).size !== indices.length)
    found.push('indices: Validation error: must be unique [{}]');
  return found;
}

/** The names under which inference objects come, for a refusal that says what was sent. */
export const VECTOR_FEATURES: Record<VectorKind, string> = {
  dense: 'A named vector',
  sparse: 'A sparse vector',
  multi: 'A multivector',
  inference: 'Inference (document, image or object vectors)',
};

/** The error for components that no f32 can hold, or undefined. `place` names the vector. */
export function infiniteComponent(vector: Float32Array, place: string): VectorizerError | undefined {
  const index = vector.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return undefined;
  return badInput(`${place}[${index}] is out of range: expected a number that fits into 32-bit floating point`);
}
