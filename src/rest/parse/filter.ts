import { JSON_ARRAY, JSON_FLOATS, JSON_OBJECT, JSON_STRING, type JsonTree } from '../../base/json/json-tree.ts';
import { isJsonPath } from '../../core/json-path.ts';
import { type Decoding, eachField, elements, isNull } from './decoding.ts';
import { FormatError, missingField, unknownField, wrongType } from './format-error.ts';
import { decodeMatch, decodePredicate, PREDICATES } from './predicates.ts';
import { decodeIds, decodeString, decodeUsize } from './scalars.ts';

const CLAUSES = ['should', 'min_should', 'must', 'must_not'];
const CONDITION_FORMS =
  'Expected some form of condition, which can be a field condition (like {"key": ..., "match": ... }), or some other mentioned in the documentation: https://qdrant.tech/documentation/concepts/filtering/#filtering-conditions';

/**
 * Reads a filter as far as it is served: Qdrant's grammar is checked, a filter that imposes nothing passes, and any
 * sound condition is refused by name.
 * path  where the filter stands, for broken rules: `count_request.filter`.
 */
export function decodeFilter(decoding: Decoding, node: number, path: string): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct Filter');
  eachField(tree, node, (key, clause) => {
    if (!CLAUSES.includes(key)) throw unknownField(key, CLAUSES);
    if (isNull(tree, clause)) return;
    const imposes =
      key === 'min_should' ? decodeMinShould(decoding, clause, path) : decodeClause(decoding, clause, path, key);
    if (imposes) decoding.refuse(`A filter (${path}.${key})`);
  });
}

/** Conditions, or one alone; false where there are none. */
function decodeClause(decoding: Decoding, node: number, path: string, clause: string): boolean {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_OBJECT) {
    decodeCondition(decoding, node, `${path}.${clause}[0]`);
    return true;
  }
  if (tree.kindOf(node) !== JSON_ARRAY) throw new FormatError(CONDITION_FORMS);
  const conditions = elements(tree, node);
  conditions.forEach((condition, index) => decodeCondition(decoding, condition, `${path}.${clause}[${index}]`));
  return conditions.length > 0;
}

function decodeMinShould(decoding: Decoding, node: number, path: string): boolean {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct MinShould');
  const fields = fieldsOf(tree, node);
  const conditions = fields.get('conditions');
  const count = fields.get('min_count');
  if (conditions === undefined) throw missingField('conditions');
  if (count === undefined) throw missingField('min_count');
  if (tree.kindOf(conditions) !== JSON_ARRAY && tree.kindOf(conditions) !== JSON_FLOATS)
    throw wrongType(tree, conditions, 'a sequence');
  decodeUsize(decoding, count);
  decodeClause(decoding, conditions, path, 'min_should.conditions');
  return true;
}

/** One condition. With a `key` it is a field condition, whose errors say what is wrong; else an untagged enum. */
function decodeCondition(decoding: Decoding, node: number, path: string): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw new FormatError(CONDITION_FORMS);
  const fields = fieldsOf(tree, node);
  const key = fields.get('key');
  if (key !== undefined) {
    decodeFieldCondition(decoding, key, fields, path);
    return;
  }
  try {
    decodeOtherCondition(decoding, node, fields, path);
  } catch (error) {
    // To translate: an untagged enum forgets why its variants failed.
    throw error instanceof FormatError ? new FormatError(CONDITION_FORMS) : error;
  }
}

function decodeFieldCondition(
  decoding: Decoding,
  key: number,
  fields: ReadonlyMap<string, number>,
  path: string,
): void {
  const { tree } = decoding;
  if (tree.kindOf(key) !== JSON_STRING) throw new FormatError("Filter condition 'key' must be a string");
  let given = 0;
  for (const [name, value] of fields) {
    if (!PREDICATES.includes(name) || isNull(tree, value)) continue;
    given++;
    if (name === 'match') decodeMatch(decoding, value);
    else decodePredicate(decoding, name, value);
  }
  checkKey(tree.text(key));
  if (given === 0) {
    decoding.violate(`${path}.__all__: Validation error: At least one field condition must be specified [{}]`);
  }
}

function checkKey(key: string): void {
  if (!isJsonPath(key)) throw new FormatError(`Invalid json path: '${key}'`);
}

function decodeOtherCondition(
  decoding: Decoding,
  node: number,
  fields: ReadonlyMap<string, number>,
  path: string,
): void {
  const { tree } = decoding;
  const field = (name: string): number | undefined => fields.get(name);
  const isEmpty = field('is_empty') ?? field('is_null');
  const hasId = field('has_id');
  const hasVector = field('has_vector');
  const nested = field('nested');
  const slice = field('slice');
  if (isEmpty !== undefined) checkKey(decodeString(decoding, required(tree, isEmpty, 'key')));
  else if (hasId !== undefined) decodeIds(decoding, hasId);
  else if (hasVector !== undefined) decodeString(decoding, hasVector);
  else if (nested !== undefined) {
    checkKey(decodeString(decoding, required(tree, nested, 'key')));
    decodeFilter(decoding, required(tree, nested, 'filter'), `${path}.nested.filter`);
  } else if (slice !== undefined) {
    decodeUsize(decoding, required(tree, slice, 'total'));
    decodeUsize(decoding, required(tree, slice, 'index'));
  } else decodeFilter(decoding, node, path);
}

/** The value of a field that an object must have. */
function required(tree: JsonTree, node: number, name: string): number {
  const value = tree.kindOf(node) === JSON_OBJECT ? fieldsOf(tree, node).get(name) : undefined;
  if (value === undefined) throw missingField(name);
  return value;
}

function fieldsOf(tree: JsonTree, node: number): Map<string, number> {
  const fields = new Map<string, number>();
  eachField(tree, node, (key, value) => fields.set(key, value));
  return fields;
}
