import { JSON_ARRAY, JSON_FLOATS, JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import {
  type Condition,
  effectivePredicates,
  EVERYTHING,
  type FieldPredicate,
  type Filter,
  type MinShould,
} from '../../core/filter.ts';
import type { JsonPath } from '../../core/json-path.ts';
import { type Decoding, type DirectField, directStruct, eachField, elements, isNull } from './decoding.ts';
import { FormatError, missingField, unknownField, wrongType } from './format-error.ts';
import { decodePath, pathOf } from './paths.ts';
import { PREDICATES_AFTER_KEY, PREDICATES_BEFORE_KEY } from './predicates.ts';
import { decodeIds, decodeString, decodeU32, decodeUsize } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt } from './untagged.ts';

const CLAUSES = ['should', 'min_should', 'must', 'must_not'];
const CONDITION_FORMS =
  'Expected some form of condition, which can be a field condition (like {"key": ..., "match": ... }), or some other mentioned in the documentation: https://qdrant.tech/documentation/concepts/filtering/#filtering-conditions';

type WritableFilter = { -readonly [Key in keyof Filter]: Filter[Key] };

/**
 * Reads a filter inside an object that was read whole.
 * path    where the filter stands, for broken rules: `count_request.filter`.
 * Throws  FormatError without a position.
 */
export function decodeFilter(decoding: Decoding, node: number, path: string): Filter {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct Filter');
  const filter: WritableFilter = { ...EVERYTHING };
  let seen = 0;
  eachField(tree, node, (key, clause) => {
    const bit = 1 << CLAUSES.indexOf(key);
    if (!CLAUSES.includes(key)) throw unknownField(key, CLAUSES);
    if ((seen & bit) !== 0) throw new FormatError(`duplicate field \`${key}\``);
    seen |= bit;
    if (!isNull(tree, clause)) setClause(decoding, filter, { key, clause, path });
  });
  return filter;
}

/** A filter in a struct that is read while the text comes: its clauses are read whole, one by one. */
export function filterField(path: string, set: (filter: Filter) => void): DirectField {
  return {
    direct: (decoding, node) => {
      if (isNull(decoding.tree, node)) return;
      const filter: WritableFilter = { ...EVERYTHING };
      const clauses = CLAUSES.map((key): [string, DirectField] => [
        key,
        {
          buffered: (decoding, clause) => {
            if (!isNull(decoding.tree, clause)) setClause(decoding, filter, { key, clause, path });
          },
        },
      ]);
      const unknown = (key: string): FormatError => unknownField(key, CLAUSES);
      directStruct(decoding, node, 'struct Filter', { fields: Object.fromEntries(clauses), required: [], unknown });
      set(filter);
    },
  };
}

function setClause(
  decoding: Decoding,
  filter: WritableFilter,
  { key, clause, path }: { readonly key: string; readonly clause: number; readonly path: string },
): void {
  if (key === 'min_should') filter.minShould = decodeMinShould(decoding, clause, path);
  else if (key === 'must') filter.must = decodeClause(decoding, clause, `${path}.must`);
  else if (key === 'should') filter.should = decodeClause(decoding, clause, `${path}.should`);
  else filter.mustNot = decodeClause(decoding, clause, `${path}.must_not`);
}

/** Conditions, or one alone. */
function decodeClause(decoding: Decoding, node: number, path: string): readonly Condition[] {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_OBJECT) return [decodeCondition(decoding, node, `${path}[0]`)];
  if (tree.kindOf(node) !== JSON_ARRAY) throw new FormatError(CONDITION_FORMS);
  return elements(tree, node).map((condition, index) => decodeCondition(decoding, condition, `${path}[${index}]`));
}

function decodeMinShould(decoding: Decoding, node: number, path: string): MinShould {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'struct MinShould');
  const fields = fieldsOf(tree, node);
  const list = fields.get('conditions');
  const count = fields.get('min_count');
  if (list === undefined) throw missingField('conditions');
  if (count === undefined) throw missingField('min_count');
  if (tree.kindOf(list) !== JSON_ARRAY && tree.kindOf(list) !== JSON_FLOATS) throw wrongType(tree, list, 'a sequence');
  const conditions = decodeClause(decoding, list, `${path}.min_should.conditions`);
  return { conditions, minCount: decodeUsize(decoding, count) };
}

/** One condition. With a `key` it is a field condition, whose errors say what is wrong; else an untagged enum. */
export function decodeCondition(decoding: Decoding, node: number, path: string): Condition {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw new FormatError(CONDITION_FORMS);
  const fields = fieldsOf(tree, node);
  const key = fields.get('key');
  return key === undefined
    ? decodeOtherCondition(decoding, { node, fields, path })
    : decodeFieldCondition(decoding, key, fields, path);
}

function decodeFieldCondition(
  decoding: Decoding,
  key: number,
  fields: ReadonlyMap<string, number>,
  path: string,
): Condition {
  const { tree } = decoding;
  if (tree.kindOf(key) !== JSON_STRING) throw new FormatError("Filter condition 'key' must be a string");
  const predicates: FieldPredicate[] = [];
  const decodeThose = (those: typeof PREDICATES_BEFORE_KEY): void => {
    for (const [name, decode] of those) {
      const value = fields.get(name);
      if (value !== undefined && !isNull(tree, value)) predicates.push(decode(decoding, value));
    }
  };
  let field: JsonPath;
  try {
    decodeThose(PREDICATES_BEFORE_KEY);
    field = pathOf(tree.text(key));
    decodeThose(PREDICATES_AFTER_KEY);
  } catch (error) {
    // To translate: Qdrant reads conditions on fields with serde_value, which has words of its own.
    if (error instanceof FormatError && error.valueWords !== undefined) throw new FormatError(error.valueWords);
    throw error;
  }
  if (predicates.length === 0) {
    decoding.violate(`${path}.__all__: Validation error: At least one field condition must be specified [{}]`);
  }
  return { kind: 'field', path: field, predicates: effectivePredicates(predicates) };
}

interface OtherCondition {
  readonly node: number;
  readonly fields: ReadonlyMap<string, number>;
  readonly path: string;
}

/** The first form whose field is there and sound. */
function decodeOtherCondition(decoding: Decoding, condition: OtherCondition): Condition {
  for (const [name, decode] of OTHER_FORMS) {
    const value = condition.fields.get(name);
    if (value === undefined) continue;
    const found = attempt(() => decode(decoding, value, condition.path));
    if (found !== undefined) return found;
  }
  const filter = attempt(() => decodeFilter(decoding, condition.node, condition.path));
  if (filter === undefined) throw new FormatError(CONDITION_FORMS);
  return { kind: 'filter', filter };
}

type DecodeForm = (decoding: Decoding, value: number, path: string) => Condition;

const OTHER_FORMS: readonly (readonly [string, DecodeForm])[] = [
  [
    'is_empty',
    (decoding, value) => ({ kind: 'is_empty', path: decodePath(decoding, required(decoding, value, 'key')) }),
  ],
  ['is_null', (decoding, value) => ({ kind: 'is_null', path: decodePath(decoding, required(decoding, value, 'key')) })],
  ['has_id', (decoding, value) => ({ kind: 'has_id', ids: decodeIds(decoding, value) })],
  ['has_vector', (decoding, value) => ({ kind: 'has_vector', name: decodeString(decoding, value) })],
  ['slice', decodeSlice],
  ['nested', decodeNested],
];

function decodeSlice(decoding: Decoding, value: number, path: string): Condition {
  const total = decodeU32(decoding, required(decoding, value, 'total'));
  const index = decodeU32(decoding, required(decoding, value, 'index'));
  if (total === 0) decoding.violate(`${path}.slice.total: value 0 invalid, must be 1 or larger`);
  else if (index >= total) {
    decoding.violate(`${path}.slice.index: Validation error: index must be less than total [{}]`);
  }
  return { kind: 'slice', total, index };
}

/** A nested condition looks at the elements of an array, whether the path says so or not. */
function decodeNested(decoding: Decoding, value: number, path: string): Condition {
  const key = decodePath(decoding, required(decoding, value, 'key'));
  const filter = decodeFilter(decoding, required(decoding, value, 'filter'), `${path}.nested.filter`);
  return { kind: 'nested', path: key.steps.at(-1)?.kind === 'each' ? key : pathOf(`${key.text}[]`), filter };
}

/** The value of a field that an object must have. */
function required({ tree }: Decoding, node: number, name: string): number {
  const value = tree.kindOf(node) === JSON_OBJECT ? fieldsOf(tree, node).get(name) : undefined;
  if (value === undefined) throw missingField(name);
  return value;
}
