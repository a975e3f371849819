import { JSON_ARRAY, JSON_FLOATS, JSON_OBJECT, type JsonTree } from '../../base/json/json-tree.ts';
import { eachField, elements } from './decoding.ts';
import { wrongLength, wrongType } from './format-error.ts';
import { numberTexts } from './scalars.ts';

/** The values of an object that is known to be whole, by key; of a key that stands there twice, the last. */
export function fieldsOf(tree: JsonTree, object: number): ReadonlyMap<string, number> {
  const fields = new Map<string, number>();
  eachField(tree, object, (key, value) => fields.set(key, value));
  return fields;
}

/**
 * The same for what must be a struct.
 * expected    as serde names it: `struct Range`.
 * fieldCount  of the struct, which serde tells those who send a list.
 */
export function structFields(
  tree: JsonTree,
  node: number,
  expected: string,
  fieldCount: number,
): ReadonlyMap<string, number> {
  switch (tree.kindOf(node)) {
    case JSON_OBJECT:
      return fieldsOf(tree, node);
    case JSON_ARRAY:
      throw wrongLength(elements(tree, node).length, expected, fieldCount);
    case JSON_FLOATS:
      throw wrongLength(numberTexts(tree, node).length, expected, fieldCount);
    default:
      throw wrongType(tree, node, expected);
  }
}
