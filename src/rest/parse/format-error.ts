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

/**
 * A value that is JSON but not what is wanted, in serde's words.
 * offset  where serde_json would point (bytes read), or undefined as long as no reader has said so: the nearest
 *         enclosing object that is read directly does, see decoding.ts.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  offset: number | undefined = undefined;
}

/** `invalid type: string "x", expected usize`, or `invalid value: integer …` for a number outside the range. */
export function wrongType(tree: JsonTree, node: number, expected: string): FormatError {
  return new FormatError(`invalid type: ${unexpected(tree, node)}, expected ${expected}`);
}

export function wrongValue(tree: JsonTree, node: number, expected: string): FormatError {
  return new FormatError(`invalid value: ${unexpected(tree, node)}, expected ${expected}`);
}

/** As wrongType, for the first element of a JSON_FLOATS node: such elements have no nodes of their own. */
export function wrongFirstNumber(tree: JsonTree, floats: number, expected: string): FormatError {
  const first = /[-+.0-9eE]+/.exec(tree.rawText(floats))?.[0] ?? '';
  return new FormatError(`invalid type: ${unexpectedNumber(first)}, expected ${expected}`);
}

export function missingField(name: string): FormatError {
  return new FormatError(`missing field \`${name}\``);
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

/** A double as serde_json prints it: shortest digits, always with a point or an exponent. */
export function ryuText(value: number): string {
  const [digits, exponent] = shortestDigits(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const point = digits.length + exponent;
  if (exponent >= 0 && point <= 16) return `${sign}${digits}${'0'.repeat(exponent)}.0`;
  if (point > 0 && point <= 16) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point > -5 && point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits.slice(0, 1)}${fraction}e${point - 1}`;
}

/** A double as Rust's Display prints it: shortest digits, never an exponent, no point where it is whole. */
export function plainText(value: number): string {
  const [digits, exponent] = shortestDigits(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const point = digits.length + exponent;
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}

/** Digits without leading or trailing zeros, and the power of ten of the last one. */
function shortestDigits(value: number): [string, number] {
  if (value === 0) return ['0', 0];
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  return [digits, Number(power) - digits.length + 1];
}
