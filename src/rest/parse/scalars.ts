import {
  JSON_ARRAY,
  JSON_FALSE,
  JSON_FLOATS,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_RAW_OBJECT,
  JSON_STRING,
  JSON_TRUE,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { ID_NUMBER, numberId, parseUuidId, type PointId } from '../../core/ids.ts';
import type { MemoryTier } from '../../core/quantization.ts';
import { plainText } from '../../base/number-text.ts';
import { type Decode, type Decoding, eachField, elements } from './decoding.ts';
import { debugText, FormatError, isInteger64, unknownVariant, wrongType, wrongValue } from './format-error.ts';

/** Single values of a body: decoders that throw FormatError without a position. */

export function decodeBool({ tree }: Decoding, node: number): boolean {
  const kind = tree.kindOf(node);
  if (kind === JSON_TRUE) return true;
  if (kind === JSON_FALSE) return false;
  throw wrongType(tree, node, 'a boolean');
}

export function decodeString({ tree }: Decoding, node: number): string {
  if (tree.kindOf(node) === JSON_STRING) return tree.text(node);
  throw wrongType(tree, node, 'a string');
}

/** One of a few words, as serde reads an enum without data. */
export function decodeWord<Word extends string>(words: readonly Word[]): Decode<Word> {
  return ({ tree }, node) => {
    if (tree.kindOf(node) !== JSON_STRING) throw wrongType(tree, node, 'string or map');
    const given = tree.text(node);
    const word = words.find((known) => known === given);
    if (word === undefined) throw unknownVariant(given, words);
    return word;
  };
}

export const decodeMemory: Decode<MemoryTier> = decodeWord(['cold', 'cached', 'pinned']);

/** Integers above 2^53 lose digits: none of the places that use this has room for them. */
export function decodeUsize({ tree }: Decoding, node: number): number {
  return decodeUnsigned(tree, node, 'usize', 0xffff_ffff_ffff_ffffn);
}

export function decodeU64({ tree }: Decoding, node: number): number {
  return decodeUnsigned(tree, node, 'u64', 0xffff_ffff_ffff_ffffn);
}

export function decodeU8({ tree }: Decoding, node: number): number {
  return decodeUnsigned(tree, node, 'u8', 0xffn);
}

export function decodeU32({ tree }: Decoding, node: number): number {
  return decodeUnsigned(tree, node, 'u32', 0xffff_ffffn);
}

function decodeUnsigned(tree: JsonTree, node: number, expected: string, most: bigint): number {
  if (tree.kindOf(node) !== JSON_NUMBER) throw wrongType(tree, node, expected);
  const digits = tree.rawText(node);
  if (!isInteger64(digits)) throw wrongType(tree, node, expected);
  const value = Number(digits);
  if (value < 0 || (digits.length > EXACT_DIGITS_MAX ? BigInt(digits) : value) > most)
    throw wrongValue(tree, node, expected);
  return value;
}

/** A count that Qdrant's validation wants to be `least` or larger. path: of the field, for the broken rule. */
export function atLeast(least: number, decode: Decode<number>, path: string): Decode<number> {
  return (decoding, node) => {
    const value = decode(decoding, node);
    if (value < least) decoding.violate(`${path}: value ${value} invalid, must be ${least} or larger`);
    return value;
  };
}

/** A double, or with `expected` f32 the double that the nearest f32 stands for. */
export function decodeFloat({ tree }: Decoding, node: number, expected: 'f32' | 'f64'): number {
  if (tree.kindOf(node) !== JSON_NUMBER) throw wrongType(tree, node, expected);
  const value = Number(tree.rawText(node));
  return expected === 'f32' ? Math.fround(value) : value;
}

export function decodeF32(decoding: Decoding, node: number): number {
  return decodeFloat(decoding, node, 'f32');
}

/** The elements of an array as nodes' texts; `undefined` where it is no array of strings. */
export function stringList(tree: JsonTree, node: number): string[] | undefined {
  if (tree.kindOf(node) !== JSON_ARRAY) return undefined;
  const texts: string[] = [];
  for (const element of elements(tree, node)) {
    if (tree.kindOf(element) !== JSON_STRING) return undefined;
    texts.push(tree.text(element));
  }
  return texts;
}

/** An id: an unsigned 64-bit integer, or a string that is a UUID. */
export function decodeId({ tree }: Decoding, node: number): PointId {
  const id = idOfNode(tree, node);
  if (id !== undefined) return id;
  throw wrongId(valueText(tree, node));
}

/** As decodeId, or undefined. */
export function idOfNode(tree: JsonTree, node: number): PointId | undefined {
  const kind = tree.kindOf(node);
  if (kind === JSON_NUMBER) return idOfDigits(tree.rawText(node));
  return kind === JSON_STRING ? parseUuidId(tree.text(node)) : undefined;
}

/** Numbers of so many digits are exact as doubles; nearly every id is one. */
const EXACT_DIGITS_MAX = 15;

function idOfDigits(digits: string): PointId | undefined {
  if (digits.length <= EXACT_DIGITS_MAX && isUnsigned(digits)) {
    const value = Number(digits);
    return { kind: ID_NUMBER, word0: 0, word1: 0, word2: Math.floor(value / 0x1_0000_0000), word3: value >>> 0 };
  }
  if (!isInteger64(digits) || digits.startsWith('-')) return undefined;
  return numberId(BigInt(digits));
}

/** Whether the text of a JSON number is digits alone. */
function isUnsigned(digits: string): boolean {
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function wrongId(given: string): FormatError {
  return new FormatError(
    `value ${given} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

/** A list of ids, in whichever of the two array forms the parser keeps it. */
export function decodeIds({ tree }: Decoding, node: number): PointId[] {
  const kind = tree.kindOf(node);
  if (kind === JSON_FLOATS) return numberTexts(tree, node).map(idOfNumberText);
  if (kind !== JSON_ARRAY) throw wrongType(tree, node, 'a sequence');
  return elements(tree, node).map((element) => {
    const id = idOfNode(tree, element);
    if (id === undefined) throw wrongId(valueText(tree, element));
    return id;
  });
}

/** The id that the digits of a JSON number stand for. */
export function idOfNumberText(digits: string): PointId {
  const id = idOfDigits(digits);
  if (id === undefined) throw wrongId(numberText(digits));
  return id;
}

const SPACE = /\s/;

/** The numbers of a JSON_FLOATS node, digit by digit as they were sent. */
export function numberTexts(tree: JsonTree, node: number): string[] {
  const inside = tree.bytes.toString('latin1', tree.startOf(node) + 1, tree.endOf(node) - 1);
  const texts = inside.split(',');
  return SPACE.test(inside) ? texts.map((text) => text.trim()) : texts;
}

function numberText(digits: string): string {
  return isInteger64(digits) ? digits : plainText(Number(digits));
}

/** A value as Qdrant shows one that is no id. */
function valueText(tree: JsonTree, node: number): string {
  switch (tree.kindOf(node)) {
    case JSON_STRING:
      return tree.text(node);
    case JSON_NUMBER:
      return numberText(tree.rawText(node));
    case JSON_TRUE:
      return 'true';
    case JSON_FALSE:
      return 'false';
    default:
      return debugValue(tree, node);
  }
}

/** A value as Rust's `{:?}` prints a `serde_value::Value`. */
function debugValue(tree: JsonTree, node: number): string {
  switch (tree.kindOf(node)) {
    case JSON_STRING:
      return `String(${debugText(tree.text(node))})`;
    case JSON_NUMBER:
      return debugNumber(tree.rawText(node));
    case JSON_TRUE:
      return 'Bool(true)';
    case JSON_FALSE:
      return 'Bool(false)';
    case JSON_FLOATS:
      return `Seq([${numberTexts(tree, node).map(debugNumber).join(', ')}])`;
    case JSON_ARRAY:
      return `Seq([${elements(tree, node)
        .map((element) => debugValue(tree, element))
        .join(', ')}])`;
    case JSON_OBJECT: {
      const entries: string[] = [];
      eachField(tree, node, (key, value) => entries.push(`String(${debugText(key)}): ${debugValue(tree, value)}`));
      return `Map({${entries.join(', ')}})`;
    }
    case JSON_RAW_OBJECT:
      return 'Map({})';
    default:
      return 'Unit';
  }
}

function debugNumber(digits: string): string {
  if (!isInteger64(digits)) return `F64(${plainText(Number(digits))})`;
  return digits.startsWith('-') ? `I64(${digits})` : `U64(${digits})`;
}
