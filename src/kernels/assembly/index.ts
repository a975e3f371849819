export { insertRows } from './build';
export { compactRows } from './compact';
export { dequantiseRow, prepareQuery, quantiseRows } from './codes';
export { scoreExact, scorePairs, scoreRows } from './score';
export { search } from './search';
