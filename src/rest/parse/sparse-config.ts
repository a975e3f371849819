import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import type { SparseIndexConfig, SparseVectorConfig, SparseVectorDiff } from '../../core/collection-config.ts';
import { keep } from './config-diffs.ts';
import { type Decode, type Decoding, directStruct, optional, requireWhole } from './decoding.ts';
import { wrongType } from './format-error.ts';
import { decodeBool, decodeMemory, decodeUsize, decodeWord } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { DATATYPES } from './vectors-config.ts';

type SparseDatatype = SparseIndexConfig['datatype'];

const decodeModifier: Decode<'none' | 'idf'> = decodeWord(['none', 'idf']);

/** `sparse_vectors` of a new collection or of an update: fields by name, each read directly. */
export function decodeSparseVectors(decoding: Decoding, node: number): ReadonlyMap<string, SparseVectorDiff> {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'a map');
  const vectors = new Map<string, SparseVectorDiff>();
  for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) {
    requireWhole(tree, at);
    vectors.set(tree.text(at), decodeSparseParams(decoding, at + 1));
  }
  requireWhole(tree, node);
  return vectors;
}

function decodeSparseParams(decoding: Decoding, node: number): SparseVectorDiff {
  let index: SparseIndexConfig | undefined;
  let modifier: 'none' | 'idf' | undefined;
  const fields = {
    index: keep(decodeSparseIndex, (given) => (index = given)),
    modifier: keep(decodeModifier, (given) => (modifier = given)),
  };
  directStruct(decoding, node, 'struct SparseVectorParams', { fields, required: [] });
  return { modifier, index };
}

function decodeSparseIndex(decoding: Decoding, node: number): SparseIndexConfig {
  let fullScanThreshold: number | undefined;
  let onDisk: boolean | undefined;
  let memory: SparseIndexConfig['memory'];
  let datatype: SparseDatatype;
  const fields = {
    full_scan_threshold: keep(decodeUsize, (given) => (fullScanThreshold = given)),
    on_disk: keep(decodeBool, (given) => (onDisk = given)),
    memory: keep(decodeMemory, (given) => (memory = given)),
    datatype: keep(decodeSparseDatatype('sparse_vectors.?.index.datatype'), (given) => (datatype = given)),
  };
  directStruct(decoding, node, 'struct SparseIndexParams', { fields, required: [] });
  return { fullScanThreshold, onDisk, memory, datatype };
}

function decodeSparseDatatype(path: string): Decode<SparseDatatype> {
  return (decoding, node) => {
    const datatype = decodeWord(DATATYPES)(decoding, node);
    if (datatype !== 'turbo4') return datatype;
    decoding.violate(`${path}: sparse vectors do not support the turbo4 datatype`);
    return undefined;
  };
}

/** What `PUT /collections/{c}/vectors/{name}` says of a sparse vector. */
export function decodeNewSparse(decoding: Decoding, node: number, name: string): SparseVectorConfig {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct SparseVectorConfig');
  const fields = fieldsOf(tree, node);
  const given = <T>(key: string, decode: Decode<T>): T | undefined => optional(decoding, fields.get(key), decode);
  const datatype = given('datatype', decodeSparseDatatype('sparse.datatype'));
  const index =
    datatype === undefined
      ? undefined
      : { fullScanThreshold: undefined, onDisk: undefined, memory: undefined, datatype };
  return { name, modifier: given('modifier', decodeModifier), index };
}
