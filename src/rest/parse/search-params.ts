import { JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import type { Filter } from '../../core/filter.ts';
import type { QuantizationParams } from '../../core/quantization.ts';
import type { SearchParams } from '../../core/query.ts';
import { DEFAULT_QUANTIZATION } from '../../core/query-defaults.ts';
import { ryuText } from '../../base/number-text.ts';
import { type Decoding, eachField, optional } from './decoding.ts';
import { decodeFilter } from './filter.ts';
import { noVariant, wrongType } from './format-error.ts';
import { atLeast, decodeBool, decodeFloat, decodeUsize } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { lastForm } from './untagged.ts';

/** `params` of a search. `acorn` is checked and then means nothing: how a filtered search goes is the planner's. */
export function decodeSearchParams(decoding: Decoding, node: number, path: string): SearchParams {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct SearchParams');
  let hnswEf: number | undefined;
  let exact = false;
  let indexedOnly = false;
  let quantization = DEFAULT_QUANTIZATION;
  let idfCorpus: Filter | undefined;
  eachField(tree, node, (key, value) => {
    switch (key) {
      case 'hnsw_ef':
        hnswEf = optional(decoding, value, atLeast(1, decodeUsize, `${path}.hnsw_ef`));
        break;
      case 'exact':
        exact = decodeBool(decoding, value);
        break;
      case 'indexed_only':
        indexedOnly = decodeBool(decoding, value);
        break;
      case 'quantization':
        quantization =
          optional(decoding, value, (decoding, value) => decodeQuantization(decoding, value, `${path}.quantization`)) ??
          DEFAULT_QUANTIZATION;
        break;
      case 'acorn':
        optional(decoding, value, (decoding, value) => checkAcorn(decoding, value, `${path}.acorn`));
        break;
      case 'idf':
        idfCorpus = optional(decoding, value, (decoding, value) => decodeIdf(decoding, value, `${path}.idf`));
        break;
      default:
    }
  });
  return { hnswEf, exact, indexedOnly, quantization, idfCorpus };
}

function decodeQuantization(decoding: Decoding, node: number, path: string): QuantizationParams {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct QuantizationSearchParams');
  let { ignore, rescore, oversampling } = DEFAULT_QUANTIZATION;
  eachField(tree, node, (key, value) => {
    if (key === 'ignore') ignore = decodeBool(decoding, value);
    if (key === 'rescore') rescore = optional(decoding, value, decodeBool);
    if (key === 'oversampling') {
      oversampling = optional(decoding, value, (decoding, value) => decodeFloat(decoding, value, 'f64'));
      if (oversampling !== undefined && oversampling < 1) {
        decoding.violate(`${path}.oversampling: value ${ryuText(oversampling)} invalid, must be 1.0 or larger`);
      }
    }
  });
  return { ignore, rescore, oversampling };
}

/** `"global"`, which is the default, or `{corpus: Filter}`: an untagged enum. */
function decodeIdf(decoding: Decoding, node: number, path: string): Filter | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING && tree.text(node) === 'global') return undefined;
  const corpus = tree.kindOf(node) === JSON_OBJECT ? fieldsOf(tree, node).get('corpus') : undefined;
  if (corpus === undefined) throw noVariant('IdfParams');
  return lastForm(
    () => decodeFilter(decoding, corpus, `${path}.corpus`),
    () => noVariant('IdfParams'),
  );
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
