export { insertRows } from './build';
export { compactRows } from './compact';
export { countRows, listRows, spreadRows } from './filter-rows';
export { trainCentroids } from './centroids';
export { codeHighest, codeLowest } from './code-tail';
export {
  decodeRow,
  encodeRows,
  prepareCodedQuery,
  prepareCodedRow,
  scoreCodedPairs,
  scoreCodedRows,
  scoreDecoded,
} from './coded-rows';
export { beginSubspace, trainSubspace } from './product-training';
export { dequantiseRow, prepareQuery, quantiseRows } from './codes';
export { chooseCodes, measureCodes } from './measure';
export { scoreOriginals } from './originals';
export { scoreExact, scorePairs, scoreRows } from './score';
export { search } from './search';
export { sparseAppend, sparseReclaim, sparseRehash, sparseRetract } from './sparse-append';
export { sparseFrequency, sparseFrequencyIn, sparseRowsIn } from './sparse-count';
export { sparseDense } from './sparse-dense';
