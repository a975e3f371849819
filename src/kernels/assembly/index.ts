export { insertRows } from './build';
export { compactRows } from './compact';
export { countRows, listRows, spreadRows } from './filter-rows';
export { dequantiseRow, prepareQuery, quantiseRows } from './codes';
export { chooseCodes, measureCodes } from './measure';
export { scoreExact, scorePairs, scoreRows } from './score';
export { search } from './search';
