import { JSON_NUMBER, JSON_OBJECT } from '../../base/json/json-tree.ts';
import type { DenseVectorConfig, Distance, SparseVectorConfig } from '../../core/collection-config.ts';
import { VECTOR_SIZE_MAX } from '../../core/config-limits.ts';
import { badInput } from '../../core/errors.ts';
import type { VectorDatatype } from '../../core/vectors.ts';
import { vectorNamesFault } from '../../core/names.ts';
import { decodeHnsw, decodeStorageMemory } from './config-diffs.ts';
import { type Decode, type Decoding, eachField, optional } from './decoding.ts';
import { isInteger64, missingField, noVariant, wrongType } from './format-error.ts';
import { decodeQuantization } from './quantization.ts';
import { decodeBool, decodeUsize, decodeWord } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt } from './untagged.ts';

const DISTANCES: readonly Distance[] = ['Cosine', 'Euclid', 'Dot', 'Manhattan'];
export const DATATYPES: readonly VectorDatatype[] = ['float32', 'uint8', 'float16', 'turbo4'];

/** `vectors` of a collection: one field, or fields by name. An untagged enum: every failure inside reads alike. */
export function decodeVectorsConfig(decoding: Decoding, node: number): readonly DenseVectorConfig[] {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('VectorsConfig');
  const single = tryVectorParams(decoding, node, '', 'vectors');
  if (single !== undefined) return [single];
  const named = new Map<string, DenseVectorConfig>();
  eachField(tree, node, (name, value) => {
    const vector = tryVectorParams(decoding, value, name, 'vectors.?');
    if (vector === undefined) throw noVariant('VectorsConfig');
    named.set(name, vector);
  });
  return [...named.values()];
}

function tryVectorParams(decoding: Decoding, node: number, name: string, path: string): DenseVectorConfig | undefined {
  return attempt(() => decodeVectorParams(decoding, node, name, path));
}

/** `VectorParams`, whose size is a nonzero integer. */
function decodeVectorParams(decoding: Decoding, node: number, name: string, path: string): DenseVectorConfig {
  const fields = spaceFields(decoding, node, 'struct VectorParams');
  const space = decodeSpace(decoding, fields, path, decodeNonZero);
  const given = <T>(key: string, decode: Decode<T>): T | undefined => optional(decoding, fields.get(key), decode);
  return {
    name,
    ...space,
    hnswConfig: given('hnsw_config', (...at) => decodeHnsw(...at, `${path}.hnsw_config`)),
    quantization: given('quantization_config', (...at) => decodeQuantization(...at, `${path}.quantization_config`)),
    onDisk: given('on_disk', decodeBool),
    memory: given('memory', decodeStorageMemory(`${path}.memory`, 'dense vector storage')),
  };
}

/** What `PUT /collections/{c}/vectors/{name}` says of a dense vector: no more than what cannot be changed later. */
export function decodeNewDense(decoding: Decoding, node: number, name: string): DenseVectorConfig {
  const fields = spaceFields(decoding, node, 'struct DenseVectorConfig');
  return {
    name,
    ...decodeSpace(decoding, fields, 'dense', decodeUsize),
    hnswConfig: undefined,
    quantization: undefined,
    onDisk: undefined,
    memory: undefined,
  };
}

type Fields = ReadonlyMap<string, number>;

function spaceFields({ tree }: Decoding, node: number, expected: string): Fields {
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, expected);
  return fieldsOf(tree, node);
}

/** What makes a space of vectors. */
function decodeSpace(
  decoding: Decoding,
  fields: Fields,
  path: string,
  decodeSize: Decode<number>,
): Pick<DenseVectorConfig, 'size' | 'distance' | 'datatype' | 'multivector'> {
  const required = <T>(key: string, decode: Decode<T>): T => {
    const value = fields.get(key);
    if (value === undefined) throw missingField(key);
    return decode(decoding, value);
  };
  const size = required('size', decodeSize);
  const distance = required('distance', decodeWord(DISTANCES));
  const space = {
    size,
    distance,
    datatype: optional(decoding, fields.get('datatype'), decodeWord(DATATYPES)),
    multivector: optional(decoding, fields.get('multivector_config'), decodeMultivector) === true,
  };
  if (size < 1 || size > VECTOR_SIZE_MAX) {
    decoding.violate(`${path}.size: value ${size} invalid, must be from 1 to ${VECTOR_SIZE_MAX}`);
  }
  return space;
}

function decodeNonZero(decoding: Decoding, node: number): number {
  const { tree } = decoding;
  const digits = tree.kindOf(node) === JSON_NUMBER ? tree.rawText(node) : '';
  if (!isInteger64(digits) || Number(digits) < 1) throw wrongType(tree, node, 'a nonzero u64');
  return Number(digits);
}

function decodeMultivector(decoding: Decoding, node: number): boolean {
  const comparator = spaceFields(decoding, node, 'struct MultiVectorConfig').get('comparator');
  if (comparator === undefined) throw missingField('comparator');
  decodeWord(['max_sim'])(decoding, comparator);
  return true;
}

/** Notes what Qdrant's handler finds wrong with the names of a new collection's vectors. */
export function checkVectorNames(
  decoding: Decoding,
  dense: readonly DenseVectorConfig[],
  sparse: readonly SparseVectorConfig[],
): void {
  const fault = vectorNamesFault(dense, sparse);
  if (fault !== undefined) decoding.fail(badInput(fault));
}
