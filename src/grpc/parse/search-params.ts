import type * as wire from '../../../generated/points.js';
import { ryuText } from '../../base/number-text.ts';
import type { QuantizationParams } from '../../core/quantization.ts';
import type { SearchParams } from '../../core/query.ts';
import { DEFAULT_QUANTIZATION, DEFAULT_SEARCH_PARAMS } from '../../core/query-defaults.ts';
import { countOf } from './counts.ts';
import { filterOf } from './filter.ts';
import type { Violations } from './violations.ts';

/** `params` of a search. `acorn` is checked and then means nothing: how a filtered search goes is the planner's. */
export function searchParamsOf(
  params: wire.SearchParams | undefined,
  path: string,
  violations: Violations,
): SearchParams {
  if (params === undefined) return DEFAULT_SEARCH_PARAMS;
  const { hnswEf, exact, quantization, indexedOnly, acorn, idf } = params;
  violations.atLeast(`${path}.hnsw_ef`, hnswEf, 1);
  const share = acorn?.maxSelectivity;
  if (share !== undefined && !(share >= 0 && share <= 1)) {
    violations.add(`${path}.acorn.max_selectivity`, `value ${ryuText(share)} invalid, must be from 0.0 to 1.0`);
  }
  return {
    hnswEf: hnswEf === undefined ? undefined : countOf(hnswEf),
    exact: exact ?? false,
    indexedOnly: indexedOnly ?? false,
    quantization: quantizationOf(quantization, `${path}.quantization`, violations),
    idfCorpus: filterOf(idf?.corpus, `${path}.idf.corpus`, violations),
  };
}

function quantizationOf(
  given: wire.QuantizationSearchParams | undefined,
  path: string,
  violations: Violations,
): QuantizationParams {
  if (given === undefined) return DEFAULT_QUANTIZATION;
  const { ignore, rescore, oversampling } = given;
  if (oversampling !== undefined && !(oversampling >= 1)) {
    violations.add(`${path}.oversampling`, `value ${ryuText(oversampling)} invalid, must be 1.0 or larger`);
  }
  return { ignore: ignore ?? false, rescore, oversampling };
}
