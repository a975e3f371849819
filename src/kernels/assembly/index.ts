export { insertRows } from './build';
export { dequantiseRow, prepareQuery, quantiseRows } from './codes';
export { scoreExact, scorePairs, scoreRows } from './score';
export { search } from './search';
