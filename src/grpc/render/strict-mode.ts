import type * as wire from '../../../generated/collections.js';
import { JsonTree } from '../../base/json/json-tree.ts';
import { parseJson } from '../../base/json/parse-json.ts';

const U32_MAX = 0xffff_ffff;

/** A strict mode as it is kept (raw JSON, checked when it was given); counts keep all their digits. */
export function strictModeMessage(strictMode: string): wire.StrictModeConfig {
  const tree = new JsonTree();
  parseJson(tree, Buffer.from(strictMode), undefined);
  const fields = membersOf(tree, 0);
  const raw = (key: string): string | undefined => rawText(tree, fields.get(key));
  const flag = (key: string): boolean | undefined => optional(raw(key), (text) => text === 'true');
  const count = (key: string): bigint | undefined => optional(raw(key), BigInt);
  // REST takes more than the field here has room for.
  const narrow = (key: string): number | undefined => optional(raw(key), (text) => Math.min(Number(text), U32_MAX));
  const limits = <Own>(key: string, of: (own: ReadonlyMap<string, number>) => Own): Map<string, Own> | undefined =>
    optional(fields.get(key), (node) => {
      const byName = [...membersOf(tree, node)].map(([name, at]): [string, Own] => [name, of(membersOf(tree, at))]);
      return new Map(byName);
    });
  const countIn = (own: ReadonlyMap<string, number>, key: string): bigint | undefined =>
    optional(rawText(tree, own.get(key)), BigInt);
  return {
    enabled: flag('enabled'),
    maxQueryLimit: narrow('max_query_limit'),
    maxTimeout: narrow('max_timeout'),
    unindexedFilteringRetrieve: flag('unindexed_filtering_retrieve'),
    unindexedFilteringUpdate: flag('unindexed_filtering_update'),
    searchMaxHnswEf: narrow('search_max_hnsw_ef'),
    searchAllowExact: flag('search_allow_exact'),
    searchMaxOversampling: optional(raw('search_max_oversampling'), (text) => Math.fround(Number(text))),
    upsertMaxBatchsize: count('upsert_max_batchsize'),
    searchMaxBatchsize: count('search_max_batchsize'),
    maxCollectionVectorSizeBytes: count('max_collection_vector_size_bytes'),
    readRateLimit: narrow('read_rate_limit'),
    writeRateLimit: narrow('write_rate_limit'),
    maxCollectionPayloadSizeBytes: count('max_collection_payload_size_bytes'),
    filterMaxConditions: count('filter_max_conditions'),
    conditionMaxSize: count('condition_max_size'),
    multivectorConfig: optional(
      limits('multivector_config', (own) => ({ maxVectors: countIn(own, 'max_vectors') })),
      (multivectorConfig) => ({ multivectorConfig }),
    ),
    sparseConfig: optional(
      limits('sparse_config', (own) => ({ maxLength: countIn(own, 'max_length') })),
      (sparseConfig) => ({ sparseConfig }),
    ),
    maxPointsCount: count('max_points_count'),
    maxPayloadIndexCount: count('max_payload_index_count'),
    maxResidentMemoryPercent: narrow('max_resident_memory_percent'),
  };
}

/** Nodes of an object's values, by key. */
function membersOf(tree: JsonTree, node: number): ReadonlyMap<string, number> {
  const members = new Map<string, number>();
  for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) members.set(tree.text(at), at + 1);
  return members;
}

function rawText(tree: JsonTree, node: number | undefined): string | undefined {
  return node === undefined ? undefined : tree.rawText(node);
}

function optional<Value, Result>(value: Value | undefined, of: (value: Value) => Result): Result | undefined {
  return value === undefined ? undefined : of(value);
}
