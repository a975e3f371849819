import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import { ryuText } from '../../base/number-text.ts';
import { keep } from './config-diffs.ts';
import { type Decode, type Decoding, type DirectField, directStruct, requireWhole } from './decoding.ts';
import { wrongType } from './format-error.ts';
import { decodeBool, decodeFloat, decodeU8, decodeUsize } from './scalars.ts';

const PATH = 'strict_mode_config';

/** A value that is kept as JSON. */
type DecodeText = (decoding: Decoding, node: number, path: string) => string;

const flag: DecodeText = (decoding, node) => String(decodeBool(decoding, node));
const factor: DecodeText = (decoding, node) => ryuText(decodeFloat(decoding, node, 'f64'));
const count = countFrom(0);
const positive = countFrom(1);

/** Integers keep their digits. */
function countFrom(least: number): DecodeText {
  return (decoding, node, path) => {
    const value = decodeUsize(decoding, node);
    if (value < least) decoding.violate(`${path}: value ${value} invalid, must be ${least} or larger`);
    return decoding.tree.rawText(node);
  };
}

const percent: DecodeText = (decoding, node, path) => {
  const value = decodeU8(decoding, node);
  if (value < 1 || value > 100) decoding.violate(`${path}: value ${value} invalid, must be from 1 to 100`);
  return String(value);
};

/** A limit by name of the vector. */
function limits(expected: string, name: string): DecodeText {
  return (decoding, node, path) => {
    const { tree } = decoding;
    if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, `struct ${expected}Config`);
    const texts = new Map<string, string>();
    for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) {
      requireWhole(tree, at);
      texts.set(
        tree.text(at),
        decodeFields(decoding, at + 1, expected, { path: `${path}.?`, own: { [name]: positive } }),
      );
    }
    requireWhole(tree, node);
    return `{${[...texts].map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
  };
}

/** In the order of Qdrant's struct, which is that of its answers. */
const FIELDS: Readonly<Record<string, DecodeText>> = {
  enabled: flag,
  max_query_limit: positive,
  max_timeout: positive,
  unindexed_filtering_retrieve: flag,
  unindexed_filtering_update: flag,
  search_max_hnsw_ef: count,
  search_allow_exact: flag,
  search_max_oversampling: factor,
  upsert_max_batchsize: count,
  search_max_batchsize: count,
  max_collection_vector_size_bytes: count,
  read_rate_limit: positive,
  write_rate_limit: positive,
  max_collection_payload_size_bytes: count,
  max_points_count: positive,
  filter_max_conditions: count,
  condition_max_size: count,
  multivector_config: limits('StrictModeMultivector', 'max_vectors'),
  sparse_config: limits('StrictModeSparse', 'max_length'),
  max_payload_index_count: count,
  max_resident_memory_percent: percent,
};

/** `strict_mode_config` as the text of a JSON object that holds what was given, checked, and nothing else. */
export const decodeStrictMode: Decode<string> = (decoding, node) =>
  decodeFields(decoding, node, 'StrictModeConfig', { path: PATH, own: FIELDS });

function decodeFields(
  decoding: Decoding,
  node: number,
  name: string,
  { path, own }: { readonly path: string; readonly own: Readonly<Record<string, DecodeText>> },
): string {
  const texts = new Map<string, string>();
  const fields: Record<string, DirectField> = {};
  for (const [key, decode] of Object.entries(own)) {
    fields[key] = keep(
      (decoding, node) => decode(decoding, node, `${path}.${key}`),
      (text) => texts.set(key, text),
    );
  }
  directStruct(decoding, node, `struct ${name}`, { fields, required: [] });
  const given = Object.keys(own).filter((key) => texts.has(key));
  return `{${given.map((key) => `"${key}":${texts.get(key)}`).join(',')}}`;
}
