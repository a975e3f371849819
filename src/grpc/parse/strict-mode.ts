import type * as wire from '../../../generated/collections.js';
import { ryuText } from '../../base/number-text.ts';
import { badInput } from '../../core/errors.ts';
import { outOfRange } from '../../core/finite.ts';
import type { Violations } from './violations.ts';

const PATH = 'strict_mode_config';
const PERCENT_MAX = 100;

/** What must not be 0, and what is a percentage. */
export function checkStrictMode(config: wire.StrictModeConfig | undefined, violations: Violations): void {
  if (config === undefined) return;
  violations.atLeast(`${PATH}.max_query_limit`, config.maxQueryLimit, 1);
  violations.atLeast(`${PATH}.max_timeout`, config.maxTimeout, 1);
  violations.atLeast(`${PATH}.read_rate_limit`, config.readRateLimit, 1);
  violations.atLeast(`${PATH}.write_rate_limit`, config.writeRateLimit, 1);
  violations.atLeast(`${PATH}.max_points_count`, config.maxPointsCount, 1);
  for (const { maxVectors } of config.multivectorConfig?.multivectorConfig.values() ?? []) {
    violations.atLeast(`${PATH}.multivector_config.multivector_config.[].max_vectors`, maxVectors, 1);
  }
  for (const { maxLength } of config.sparseConfig?.sparseConfig.values() ?? []) {
    violations.atLeast(`${PATH}.sparse_config.sparse_config.[].max_length`, maxLength, 1);
  }
  const percent = config.maxResidentMemoryPercent;
  if (percent !== undefined && (percent < 1 || percent > PERCENT_MAX)) {
    violations.add(`${PATH}.max_resident_memory_percent`, `value ${percent} invalid, must be from 1 to ${PERCENT_MAX}`);
  }
}

/** The text of a JSON object that holds what was given, in the order of Qdrant's struct, which is that of its answers. */
export function strictModeOf(config: wire.StrictModeConfig): string {
  const { multivectorConfig, sparseConfig } = config;
  return objectJson([
    ['enabled', textOf(config.enabled)],
    ['max_query_limit', textOf(config.maxQueryLimit)],
    ['max_timeout', textOf(config.maxTimeout)],
    ['unindexed_filtering_retrieve', textOf(config.unindexedFilteringRetrieve)],
    ['unindexed_filtering_update', textOf(config.unindexedFilteringUpdate)],
    ['search_max_hnsw_ef', textOf(config.searchMaxHnswEf)],
    ['search_allow_exact', textOf(config.searchAllowExact)],
    ['search_max_oversampling', factorOf(config.searchMaxOversampling)],
    ['upsert_max_batchsize', textOf(config.upsertMaxBatchsize)],
    ['search_max_batchsize', textOf(config.searchMaxBatchsize)],
    ['max_collection_vector_size_bytes', textOf(config.maxCollectionVectorSizeBytes)],
    ['read_rate_limit', textOf(config.readRateLimit)],
    ['write_rate_limit', textOf(config.writeRateLimit)],
    ['max_collection_payload_size_bytes', textOf(config.maxCollectionPayloadSizeBytes)],
    ['max_points_count', textOf(config.maxPointsCount)],
    ['filter_max_conditions', textOf(config.filterMaxConditions)],
    ['condition_max_size', textOf(config.conditionMaxSize)],
    ['multivector_config', limitsOf('max_vectors', multivectorConfig?.multivectorConfig, (own) => own.maxVectors)],
    ['sparse_config', limitsOf('max_length', sparseConfig?.sparseConfig, (own) => own.maxLength)],
    ['max_payload_index_count', textOf(config.maxPayloadIndexCount)],
    ['max_resident_memory_percent', textOf(config.maxResidentMemoryPercent)],
  ]);
}

type Members = readonly (readonly [key: string, text: string | undefined])[];

function objectJson(members: Members): string {
  const given = members.filter(([, text]) => text !== undefined);
  return `{${given.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

function textOf(value: boolean | number | bigint | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function factorOf(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!Number.isFinite(value)) throw badInput(outOfRange(`${PATH}.search_max_oversampling`));
  return ryuText(value);
}

/** A limit by name of the vector. */
function limitsOf<Own>(
  key: string,
  map: ReadonlyMap<string, Own> | undefined,
  limitOf: (own: Own) => bigint | undefined,
): string | undefined {
  if (map === undefined) return undefined;
  return objectJson([...map].map(([name, own]) => [name, objectJson([[key, textOf(limitOf(own))]])]));
}
