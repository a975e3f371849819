import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import { type Decoding, eachField, elements, isNull } from './decoding.ts';
import { unknownField, wrongType } from './format-error.ts';
import { JSON_ARRAY } from '../../base/json/json-tree.ts';

const CLAUSES = ['should', 'min_should', 'must', 'must_not'];

/**
 * Reads a filter as far as it is served: one that imposes nothing passes, any condition is refused by name.
 * path  where the filter stands, for broken rules: `count_request.filter`.
 */
export function decodeFilter(decoding: Decoding, node: number, path: string): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct Filter');
  eachField(tree, node, (key, clause) => {
    if (!CLAUSES.includes(key)) throw unknownField(key, CLAUSES);
    if (isNull(tree, clause)) return;
    if (tree.kindOf(clause) === JSON_ARRAY && elements(tree, clause).length === 0) return;
    decoding.refuse(`A filter (${path}.${key})`);
  });
}
