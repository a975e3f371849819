import { JSON_NUMBER, JSON_OBJECT, JSON_STRING, type JsonTree } from '../../base/json/json-tree.ts';
import type { DenseVectorConfig, Distance, HnswConfigDiff } from '../../core/collection-config.ts';
import { decodeHnsw } from './config-diffs.ts';
import { type Decoding, eachField, isNull, optional } from './decoding.ts';
import { FormatError, isInteger64, noVariant } from './format-error.ts';
import { decodeQuantization } from './quantization.ts';
import { decodeBool } from './scalars.ts';

const DISTANCES: readonly string[] = ['Cosine', 'Euclid', 'Dot', 'Manhattan'] satisfies Distance[];
const DATATYPES = ['float32', 'uint8', 'float16', 'turbo4'];
const SIZE_MAX = 65_536;

/** `vectors` of a collection: one field, or fields by name. An untagged enum: every failure inside reads alike. */
export function decodeVectorsConfig(decoding: Decoding, node: number): readonly DenseVectorConfig[] {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('VectorsConfig');
  try {
    const single = decodeVectorParams(decoding, node, '', 'vectors');
    if (single !== undefined) return [single];
    const named: DenseVectorConfig[] = [];
    eachField(tree, node, (name, value) => {
      const vector =
        tree.kindOf(value) === JSON_OBJECT ? decodeVectorParams(decoding, value, name, 'vectors.?') : undefined;
      if (vector === undefined) throw noVariant('VectorsConfig');
      if (name !== '') decoding.refuse(`A named vector (vectors.${name})`);
      named.push(vector);
    });
    return named;
  } catch (error) {
    // To translate: an untagged enum forgets why its variants failed.
    throw error instanceof FormatError ? noVariant('VectorsConfig') : error;
  }
}

/** One vector field; undefined where the object is not one (`size` or `distance` missing). */
function decodeVectorParams(
  decoding: Decoding,
  node: number,
  name: string,
  path: string,
): DenseVectorConfig | undefined {
  const { tree } = decoding;
  let hnswConfig: HnswConfigDiff | undefined;
  let onDisk: boolean | undefined;
  const fields = new Map<string, number>();
  eachField(tree, node, (key, value) => fields.set(key, value));
  const sizeNode = fields.get('size');
  const distanceNode = fields.get('distance');
  if (sizeNode === undefined || distanceNode === undefined) return undefined;
  const size = decodeSize(tree, sizeNode);
  const distance = decodeDistance(tree, distanceNode);
  if (size === undefined || distance === undefined) return undefined;
  if (size > SIZE_MAX) decoding.violate(`${path}.size: value ${size} invalid, must be from 1 to ${SIZE_MAX}`);
  for (const [key, value] of fields) {
    if (isNull(tree, value)) continue;
    if (key === 'hnsw_config') hnswConfig = decodeHnsw(decoding, value, `${path}.hnsw_config`);
    else if (key === 'on_disk') onDisk = optional(decoding, value, decodeBool);
    else refuseOther(decoding, key, value, path);
  }
  return { name, size, distance, hnswConfig, onDisk };
}

function refuseOther(decoding: Decoding, key: string, value: number, path: string): void {
  const { tree } = decoding;
  switch (key) {
    case 'quantization_config':
      decodeQuantization(decoding, value, `${path}.quantization_config`, false);
      break;
    case 'datatype':
      if (tree.kindOf(value) !== JSON_STRING || !DATATYPES.includes(tree.text(value))) throw noVariant('VectorsConfig');
      if (tree.text(value) !== 'float32') decoding.refuse(`The datatype ${tree.text(value)} (${path}.datatype)`);
      break;
    case 'multivector_config':
      if (!hasMaxSim(tree, value)) throw noVariant('VectorsConfig');
      decoding.refuse(`A multivector (${path}.multivector_config)`);
      break;
    case 'memory':
      decoding.refuse(`${path}.memory`);
      break;
    default:
  }
}

function hasMaxSim(tree: JsonTree, node: number): boolean {
  let found = false;
  if (tree.kindOf(node) !== JSON_OBJECT) return false;
  eachField(tree, node, (key, value) => {
    if (key === 'comparator' && tree.kindOf(value) === JSON_STRING) found = tree.text(value) === 'max_sim';
  });
  return found;
}

function decodeSize(tree: JsonTree, node: number): number | undefined {
  if (tree.kindOf(node) !== JSON_NUMBER) return undefined;
  const digits = tree.rawText(node);
  return isInteger64(digits) && Number(digits) > 0 ? Number(digits) : undefined;
}

function decodeDistance(tree: JsonTree, node: number): Distance | undefined {
  if (tree.kindOf(node) !== JSON_STRING) return undefined;
  const text = tree.text(node);
  return DISTANCES.includes(text) ? (text as Distance) : undefined;
}
