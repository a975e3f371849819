import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import type { SearchParams } from '../../core/requests.ts';
import { ryuText } from '../number-text.ts';
import { type Decoding, eachField, optional } from './decoding.ts';
import { wrongType } from './format-error.ts';
import { decodeBool, decodeFloat, decodeUsize } from './scalars.ts';

export const DEFAULT_SEARCH_PARAMS: SearchParams = { hnswEf: undefined, exact: false, indexedOnly: false };

/**
 * `params` of a search. `quantization` is checked and then means nothing, as in Qdrant where a collection has no
 * quantisation; `acorn` likewise, as it concerns filtered searches alone.
 */
export function decodeSearchParams(decoding: Decoding, node: number, path: string): SearchParams {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct SearchParams');
  let hnswEf: number | undefined;
  let exact = false;
  let indexedOnly = false;
  eachField(tree, node, (key, value) => {
    switch (key) {
      case 'hnsw_ef':
        hnswEf = optional(decoding, value, decodeUsize);
        if (hnswEf === 0) decoding.violate(`${path}.hnsw_ef: value 0 invalid, must be 1 or larger`);
        break;
      case 'exact':
        exact = decodeBool(decoding, value);
        break;
      case 'indexed_only':
        indexedOnly = decodeBool(decoding, value);
        break;
      case 'quantization':
        optional(decoding, value, (decoding, value) => checkQuantization(decoding, value, `${path}.quantization`));
        break;
      case 'acorn':
        optional(decoding, value, (decoding, value) => checkAcorn(decoding, value, `${path}.acorn`));
        break;
      case 'idf':
        optional(decoding, value, (decoding) => decoding.refuse('params.idf'));
        break;
      default:
    }
  });
  return { hnswEf, exact, indexedOnly };
}

function checkQuantization(decoding: Decoding, node: number, path: string): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct QuantizationSearchParams');
  eachField(tree, node, (key, value) => {
    if (key === 'ignore') decodeBool(decoding, value);
    if (key === 'rescore') optional(decoding, value, decodeBool);
    if (key === 'oversampling') {
      const factor = optional(decoding, value, (decoding, value) => decodeFloat(decoding, value, 'f64'));
      if (factor !== undefined && factor < 1) {
        decoding.violate(`${path}.oversampling: value ${ryuText(factor)} invalid, must be 1.0 or larger`);
      }
    }
  });
}

function checkAcorn(decoding: Decoding, node: number, path: string): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct AcornSearchParams');
  eachField(tree, node, (key, value) => {
    if (key === 'enable') decodeBool(decoding, value);
    if (key === 'max_selectivity') {
      const share = optional(decoding, value, (decoding, value) => decodeFloat(decoding, value, 'f64'));
      if (share !== undefined && (share < 0 || share > 1)) {
        decoding.violate(`${path}.max_selectivity: value ${ryuText(share)} invalid, must be from 0.0 to 1.0`);
      }
    }
  });
}
