import type { QuantizationParams } from './quantization.ts';
import type { SearchParams } from './query.ts';

/** What holds where a query does not say it: Qdrant's defaults, the same for every door (SEMANTICS.md 3). */

export const QUERY_LIMIT = 10;
/** Groups, and points of each. */
export const GROUPS_LIMIT = 10;
export const GROUP_SIZE = 3;
/** Points of a distance matrix, and neighbours of each. */
export const MATRIX_SAMPLE = 10;
export const MATRIX_LIMIT = 3;
export const FACET_LIMIT = 10;
/** Not the 60 of the literature. */
export const RRF_K = 2;
export const MMR_DIVERSITY = 0.5;
export const DECAY_SCALE = 1;
export const DECAY_MIDPOINT = 0.5;

export const DEFAULT_QUANTIZATION: QuantizationParams = {
  ignore: false,
  rescore: undefined,
  oversampling: undefined,
};

export const DEFAULT_SEARCH_PARAMS: SearchParams = {
  hnswEf: undefined,
  exact: false,
  indexedOnly: false,
  quantization: DEFAULT_QUANTIZATION,
  idfCorpus: undefined,
};
