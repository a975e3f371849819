import {
  JSON_ARRAY,
  JSON_FLOATS,
  JSON_NULL,
  JSON_OBJECT,
  JSON_STRING,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { multiFaults, SPARSE_LENGTHS, SPARSE_UNIQUE } from '../../core/vector-rules.ts';
import type { InferenceObject, VectorKind } from '../../core/vectors.ts';
import { elements } from './decoding.ts';

/** Vectors as they stand in a body: which kind a node is of, and what Qdrant's validation says of it. */

/** What can stand where a vector is expected. */
export type GivenKind = VectorKind | 'inference';

/** The kind of vector that a node holds; `undefined` where it is none. */
export function vectorKind(tree: JsonTree, node: number): GivenKind | undefined {
  switch (tree.kindOf(node)) {
    case JSON_FLOATS:
      return 'dense';
    case JSON_ARRAY:
      return arrayKind(tree, node);
    case JSON_OBJECT:
      return objectKind(tree, node);
    default:
      return undefined;
  }
}

/** Whether a node is a list of numbers, which may be empty. */
export function isDense(tree: JsonTree, node: number): boolean {
  const kind = tree.kindOf(node);
  return kind === JSON_FLOATS || (kind === JSON_ARRAY && tree.nextOf(node) === node + 1);
}

/** How many numbers a list of numbers has. */
export function numberCount(tree: JsonTree, node: number): number {
  return tree.kindOf(node) === JSON_FLOATS ? (tree.floatEnd[node] ?? 0) - (tree.floatStart[node] ?? 0) : 0;
}

/** An empty list is dense; a list of lists of numbers is a multivector. */
function arrayKind(tree: JsonTree, node: number): GivenKind | undefined {
  const end = tree.nextOf(node);
  if (end === node + 1) return 'dense';
  for (let row = node + 1; row < end; row = tree.nextOf(row)) if (!isDense(tree, row)) return undefined;
  return 'multi';
}

function objectKind(tree: JsonTree, node: number): GivenKind | undefined {
  const sparse = sparseNodes(tree, node);
  if (sparse !== undefined && isDense(tree, sparse.values) && scanIndices(tree, sparse.indices) !== 'none') {
    return 'sparse';
  }
  return decodeInference(tree, node) === undefined ? undefined : 'inference';
}

/** The two lists of a sparse vector; of a key that stands there twice, the last. */
export interface SparseNodes {
  readonly indices: number;
  readonly values: number;
}

export function sparseNodes(tree: JsonTree, object: number): SparseNodes | undefined {
  let indices = -1;
  let values = -1;
  const end = tree.nextOf(object);
  for (let at = object + 1; at < end; at = tree.nextOf(at + 1)) {
    const key = tree.text(at);
    if (key === 'indices') indices = at + 1;
    else if (key === 'values') values = at + 1;
  }
  return indices < 0 || values < 0 ? undefined : { indices, values };
}

const U32_MAX = 0xffff_ffff;

/** Whether a list holds indices (unsigned 32-bit integers), and whether each is greater than the one before. */
function scanIndices(tree: JsonTree, node: number): 'ascending' | 'unordered' | 'none' {
  if (tree.kindOf(node) !== JSON_FLOATS) return isDense(tree, node) ? 'ascending' : 'none';
  let isAscending = true;
  let last = -1;
  const isSound = eachIndex(tree, node, (index) => {
    if (index <= last) isAscending = false;
    last = index;
  });
  if (!isSound) return 'none';
  return isAscending ? 'ascending' : 'unordered';
}

/**
 * Calls `each` with the indices in the order of the text: read from the digits, since the floats beside them keep only 24
 * bits. False where one is no unsigned 32-bit integer; those before it have been passed on.
 */
export function eachIndex(tree: JsonTree, node: number, each: (index: number) => void): boolean {
  if (tree.kindOf(node) !== JSON_FLOATS) return true;
  const { bytes } = tree;
  const end = tree.endOf(node) - 1;
  let at = tree.startOf(node) + 1;
  while (at < end) {
    while (isSpace(bytes[at])) at++;
    let index = 0;
    const start = at;
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      index = index * 10 + digit;
    }
    if (at === start || index > U32_MAX) return false;
    while (isSpace(bytes[at])) at++;
    if (at < end && bytes[at] !== 44) return false;
    each(index);
    at++;
  }
  return true;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

/** What a model has to make a vector of; undefined where the object is none of Qdrant's three forms. */
export function decodeInference(tree: JsonTree, node: number): InferenceObject | undefined {
  const fields: Partial<Record<string, number>> = {};
  const end = tree.nextOf(node);
  for (let at = node + 1; at < end; at = tree.nextOf(at + 1)) {
    const key = tree.text(at);
    if (INFERENCE_FIELDS.has(key)) fields[key] = at + 1;
  }
  const { model, text, image, object, options } = fields;
  if (model === undefined || tree.kindOf(model) !== JSON_STRING) return undefined;
  const given = options === undefined || tree.kindOf(options) === JSON_NULL ? undefined : options;
  if (given !== undefined && tree.kindOf(given) !== JSON_OBJECT) return undefined;
  const rest = {
    model: tree.text(model),
    options: given === undefined ? undefined : tree.bytes.toString('utf8', tree.startOf(given), tree.endOf(given)),
  };
  if (text !== undefined && tree.kindOf(text) === JSON_STRING) return { kind: 'text', text: tree.text(text), ...rest };
  if (image !== undefined) return { kind: 'image', text: undefined, ...rest };
  return object === undefined ? undefined : { kind: 'object', text: undefined, ...rest };
}

const INFERENCE_FIELDS: ReadonlySet<string> = new Set(['model', 'text', 'image', 'object', 'options']);

/** Rules of Qdrant's validation that a vector of a known kind breaks, as `{field}: {message}`. A dense one breaks none here. */
export function vectorViolations(tree: JsonTree, node: number, kind: GivenKind): readonly string[] {
  switch (kind) {
    case 'sparse':
      return sparseViolations(tree, node);
    case 'multi':
      return multiViolations(tree, node);
    case 'inference':
      return decodeInference(tree, node)?.model === '' ? EMPTY_MODEL : NONE;
    case 'dense':
      return NONE;
  }
}

const NONE: readonly string[] = [];
const EMPTY_MODEL: readonly string[] = ['model: value "" invalid, must be at least 1 characters'];

function sparseViolations(tree: JsonTree, node: number): readonly string[] {
  const nodes = sparseNodes(tree, node);
  if (nodes === undefined) return NONE;
  const { indices, values } = nodes;
  const found: string[] = [];
  if (numberCount(tree, indices) !== numberCount(tree, values)) {
    found.push(`values: ${SPARSE_LENGTHS}`);
  }
  if (scanIndices(tree, indices) === 'unordered') {
    const distinct = new Set<number>();
    eachIndex(tree, indices, (index) => void distinct.add(index));
    if (distinct.size !== numberCount(tree, indices)) found.push(`indices: ${SPARSE_UNIQUE}`);
  }
  return found;
}

function multiViolations(tree: JsonTree, node: number): readonly string[] {
  const lengths = elements(tree, node).map((row) => numberCount(tree, row));
  return multiFaults(lengths).map((fault) => `data: ${fault}`);
}
