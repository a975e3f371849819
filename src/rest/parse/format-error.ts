import {
  JSON_ARRAY,
  JSON_FALSE,
  JSON_FLOATS,
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_RAW_OBJECT,
  JSON_TRUE,
  type JsonTree,
} from '../../base/json/json-tree.ts';
import { ryuText } from '../../base/number-text.ts';

/**
 * A value that is JSON but not what is wanted, in serde's words.
 * offset  where serde_json would point (bytes read), or undefined as long as no reader has said so: the nearest
 *         enclosing object that is read directly does, see decoding.ts.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  offset: number | undefined = undefined;
  /** The same in the words of the crate serde_value, which reads conditions on fields; undefined: its own words. */
  valueWords: string | undefined = undefined;
}

/** `invalid type: string "x", expected usize`, or `invalid value: integer …` for a number outside the range. */
export function wrongType(tree: JsonTree, node: number, expected: string): FormatError {
  return mismatch('type', unexpected(tree, node), expected);
}

export function wrongValue(tree: JsonTree, node: number, expected: string): FormatError {
  return mismatch('value', unexpected(tree, node), expected);
}

/** As wrongType, for the first element of a JSON_FLOATS node: such elements have no nodes of their own. */
export function wrongFirstNumber(tree: JsonTree, floats: number, expected: string): FormatError {
  const first = /[-+.0-9eE]+/.exec(tree.rawText(floats))?.[0] ?? '';
  return mismatch('type', unexpectedNumber(first), expected);
}

function mismatch(what: 'type' | 'value', given: string, expected: string): FormatError {
  const error = new FormatError(`invalid ${what}: ${given}, expected ${expected}`);
  error.valueWords = `Invalid ${what} ${given === 'null' ? 'unit value' : given}. Expected ${expected}`;
  return error;
}

export function missingField(name: string): FormatError {
  const error = new FormatError(`missing field \`${name}\``);
  error.valueWords = `Missing field ${name}`;
  return error;
}

/** A list where a struct of so many fields is expected: serde takes its elements for the fields, in their order. */
export function wrongLength(given: number, expected: string, fieldCount: number): FormatError {
  const fields = fieldCount === 1 ? '1 element' : `${fieldCount} elements`;
  const error = new FormatError(`invalid length ${given}, expected ${expected} with ${fields}`);
  error.valueWords = `Invalid length ${given}. Expected ${expected} with ${fields}`;
  return error;
}

export function noVariant(enumName: string): FormatError {
  return new FormatError(`data did not match any variant of untagged enum ${enumName}`);
}

export function unknownVariant(given: string, variants: readonly string[]): FormatError {
  return new FormatError(`unknown variant \`${given}\`, ${expectedOneOf(variants)}`);
}

export function unknownField(given: string, fields: readonly string[]): FormatError {
  return new FormatError(`unknown field \`${given}\`, ${expectedOneOf(fields)}`);
}

function expectedOneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length === 1) return `expected ${quoted[0]}`;
  if (quoted.length === 2) return `expected ${quoted[0]} or ${quoted[1]}`;
  return `expected one of ${quoted.join(', ')}`;
}

/** What serde calls the value that it met. */
function unexpected(tree: JsonTree, node: number): string {
  switch (tree.kindOf(node)) {
    case JSON_NULL:
      return 'null';
    case JSON_FALSE:
      return 'boolean `false`';
    case JSON_TRUE:
      return 'boolean `true`';
    case JSON_NUMBER:
      return unexpectedNumber(tree.rawText(node));
    case JSON_ARRAY:
    case JSON_FLOATS:
      return 'sequence';
    case JSON_OBJECT:
    case JSON_RAW_OBJECT:
      return 'map';
    default:
      return `string ${debugText(tree.text(node))}`;
  }
}

function unexpectedNumber(digits: string): string {
  return isInteger64(digits) ? `integer \`${digits}\`` : `floating point \`${ryuText(Number(digits))}\``;
}

/** Whether serde_json reads these digits as an integer (i64 or u64) and not as a float. */
export function isInteger64(digits: string): boolean {
  if (!/^-?[0-9]+$/.test(digits)) return false;
  if (digits.length < 19) return digits !== '-0';
  const value = BigInt(digits);
  return value <= 0xffff_ffff_ffff_ffffn && value >= -0x8000_0000_0000_0000n && digits !== '-0';
}

/** A string as Rust's `{:?}` prints it. */
export function debugText(text: string): string {
  let out = '"';
  for (const character of text) {
    if (character === '"' || character === '\\') out += `\\${character}`;
    else if (character === '\n') out += '\\n';
    else if (character === '\r') out += '\\r';
    else if (character === '\t') out += '\\t';
    else if (character === '\0') out += '\\0';
    else if (character < ' ' || character === '\u007f') out += `\\u{${character.charCodeAt(0).toString(16)}}`;
    else out += character;
  }
  return `${out}"`;
}
