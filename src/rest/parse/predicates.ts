import {
  JSON_ARRAY,
  JSON_FALSE,
  JSON_FLOATS,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  JSON_TRUE,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { parseDatetime } from '../../core/datetime.ts';
import type { Bounds, FieldPredicate, MatchValue, MatchValues } from '../../core/filter.ts';
import { type Decode, type Decoding, elements, optional } from './decoding.ts';
import { FormatError, isInteger64, noVariant, wrongType } from './format-error.ts';
import { decodeGeoBox, decodeGeoPolygon, decodeGeoRadius } from './geo-predicates.ts';
import { decodeBool, decodeFloat, decodeUsize, numberTexts } from './scalars.ts';
import { fieldsOf, structFields } from './struct-fields.ts';

type NamedPredicate = readonly [string, Decode<FieldPredicate>];

/**
 * What a field condition tests, by the name of its field. Qdrant reads a condition's fields in the order of their
 * names, and so finds a wrong one of these before a wrong `key`, and one of the others after it.
 */
export const PREDICATES_BEFORE_KEY: readonly NamedPredicate[] = [
  ['geo_bounding_box', decodeGeoBox],
  ['geo_polygon', decodeGeoPolygon],
  ['geo_radius', decodeGeoRadius],
  ['is_empty', (decoding, node) => ({ kind: 'is_empty', value: decodeBool(decoding, node) })],
  ['is_null', (decoding, node) => ({ kind: 'is_null', value: decodeBool(decoding, node) })],
];

export const PREDICATES_AFTER_KEY: readonly NamedPredicate[] = [
  ['match', decodeMatch],
  ['range', decodeRange],
  ['values_count', decodeValuesCount],
];

const MATCH_TEXTS = ['text', 'text_any', 'phrase', 'prefix'] as const;
const INTEGER_MAX = 0x7fff_ffff_ffff_ffffn;
/** With fewer digits than this a number is within 64 bits. */
const SAFE_DIGITS_MAX = 18;

/** `match`: the first of its forms whose field is there and sound. */
function decodeMatch({ tree }: Decoding, node: number): FieldPredicate {
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant('MatchInterface');
  const fields = fieldsOf(tree, node);
  const value = matchValue(tree, fields.get('value'));
  if (value !== undefined) return { kind: 'value', value };
  for (const kind of MATCH_TEXTS) {
    const text = fields.get(kind);
    if (text !== undefined && tree.kindOf(text) === JSON_STRING) return { kind, text: tree.text(text) };
  }
  for (const kind of ['any', 'except'] as const) {
    const values = matchValues(tree, fields.get(kind));
    if (values !== undefined) return { kind, values };
  }
  throw noVariant('MatchInterface');
}

function matchValue(tree: JsonTree, node: number | undefined): MatchValue | undefined {
  if (node === undefined) return undefined;
  switch (tree.kindOf(node)) {
    case JSON_STRING:
      return tree.text(node);
    case JSON_NUMBER:
      return signedInteger(tree.rawText(node));
    case JSON_TRUE:
      return true;
    case JSON_FALSE:
      return false;
    default:
      return undefined;
  }
}

function matchValues(tree: JsonTree, node: number | undefined): MatchValues | undefined {
  if (node === undefined) return undefined;
  if (tree.kindOf(node) === JSON_FLOATS) {
    const values: bigint[] = [];
    for (const digits of numberTexts(tree, node)) {
      const value = signedInteger(digits);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return { type: 'integers', values };
  }
  if (tree.kindOf(node) !== JSON_ARRAY) return undefined;
  const values: string[] = [];
  for (const element of elements(tree, node)) {
    if (tree.kindOf(element) !== JSON_STRING) return undefined;
    values.push(tree.text(element));
  }
  return { type: 'strings', values };
}

/** A JSON number as a signed 64-bit integer, or undefined where it is none. */
export function signedInteger(digits: string): bigint | undefined {
  if (!isInteger64(digits)) return undefined;
  const value = BigInt(digits);
  return digits.length <= SAFE_DIGITS_MAX || value <= INTEGER_MAX ? value : undefined;
}

/** Numbers, or dates: one string among the bounds makes dates of all. */
function decodeRange(decoding: Decoding, node: number): FieldPredicate {
  const { tree } = decoding;
  const fields = structFields(tree, node, 'struct Range', 4);
  const isDatetime = ['lt', 'gt', 'gte', 'lte'].some((name) => {
    const bound = fields.get(name);
    return bound !== undefined && tree.kindOf(bound) === JSON_STRING;
  });
  if (isDatetime) return { kind: 'datetime_range', bounds: decodeBounds(decoding, fields, decodeDatetime) };
  return { kind: 'range', bounds: decodeBounds(decoding, fields, decodeDouble) };
}

function decodeValuesCount(decoding: Decoding, node: number): FieldPredicate {
  const fields = structFields(decoding.tree, node, 'struct ValuesCount', 4);
  return { kind: 'values_count', bounds: decodeBounds(decoding, fields, decodeUsize) };
}

function decodeBounds<T>(decoding: Decoding, fields: ReadonlyMap<string, number>, decode: Decode<T>): Bounds<T> {
  const bound = (name: string): T | undefined => optional(decoding, fields.get(name), decode);
  return { gt: bound('gt'), gte: bound('gte'), lt: bound('lt'), lte: bound('lte') };
}

function decodeDouble(decoding: Decoding, node: number): number {
  return decodeFloat(decoding, node, 'f64');
}

/** Microseconds since 1970. */
export function decodeDatetime({ tree }: Decoding, node: number): bigint {
  if (tree.kindOf(node) !== JSON_STRING) throw wrongType(tree, node, 'a string');
  const text = tree.text(node);
  const microseconds = parseDatetime(text);
  if (microseconds !== undefined) return microseconds;
  throw new FormatError(`'${text}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`);
}
