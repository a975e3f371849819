import { JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import type { QuantizationDiff } from '../../core/collection-config.ts';
import type { MemoryTier, QuantizationConfig } from '../../core/quantization.ts';
import { ryuText } from '../../base/number-text.ts';
import { type Decode, type Decoding, optional } from './decoding.ts';
import { missingField, noVariant } from './format-error.ts';
import { decodeBool, decodeFloat, decodeMemory, decodeWord } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt } from './untagged.ts';

/**
 * `quantization_config`: an untagged enum, so whatever is wrong inside, the answer is the same.
 * path  for broken rules.
 */
export function decodeQuantization(decoding: Decoding, node: number, path: string): QuantizationConfig {
  const config = quantizationOf(decoding, node, path);
  if (config === undefined) throw noVariant('QuantizationConfig');
  return config;
}

/** The same in an update, where `"Disabled"` takes the quantisation away. */
export function decodeQuantizationDiff(decoding: Decoding, node: number, path: string): QuantizationDiff {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING && tree.text(node) === 'Disabled') return 'disabled';
  const config = quantizationOf(decoding, node, path);
  if (config === undefined) throw noVariant('QuantizationConfigDiff');
  return config;
}

type Fields = ReadonlyMap<string, number>;
type DecodeMethod = (decoding: Decoding, fields: Fields, path: string) => QuantizationConfig;

/** The methods in the order in which Qdrant tries them. */
const METHODS: Readonly<Record<QuantizationConfig['kind'], DecodeMethod>> = {
  scalar: (decoding, fields, path) => {
    required(decoding, fields, 'type', decodeWord(['int8']));
    const quantile = given(decoding, fields, 'quantile', (decoding, node) => decodeFloat(decoding, node, 'f32'));
    if (quantile !== undefined && (quantile < 0.5 || quantile > 1)) {
      decoding.violate(`${path}.quantile: value ${ryuText(quantile)} invalid, must be from 0.5 to 1.0`);
    }
    return { kind: 'scalar', quantile, ...placeOf(decoding, fields) };
  },
  product: (decoding, fields) => ({
    kind: 'product',
    compression: required(decoding, fields, 'compression', decodeWord(['x4', 'x8', 'x16', 'x32', 'x64'])),
    ...placeOf(decoding, fields),
  }),
  binary: (decoding, fields) => ({
    kind: 'binary',
    encoding: given(decoding, fields, 'encoding', decodeWord(['one_bit', 'two_bits', 'one_and_half_bits'])),
    queryEncoding: given(
      decoding,
      fields,
      'query_encoding',
      decodeWord(['default', 'binary', 'scalar4bits', 'scalar8bits']),
    ),
    ...placeOf(decoding, fields),
  }),
  turbo: (decoding, fields) => ({
    kind: 'turbo',
    bits: given(decoding, fields, 'bits', decodeWord(['bits1', 'bits1_5', 'bits2', 'bits4'])),
    ...placeOf(decoding, fields),
  }),
};

function quantizationOf(decoding: Decoding, node: number, path: string): QuantizationConfig | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  const methods = fieldsOf(tree, node);
  for (const [method, decode] of Object.entries(METHODS)) {
    const value = methods.get(method);
    if (value === undefined || tree.kindOf(value) !== JSON_OBJECT) continue;
    const found = attempt(() => decode(decoding, fieldsOf(tree, value), `${path}.${method}`));
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeOf(
  decoding: Decoding,
  fields: Fields,
): { readonly alwaysRam: boolean | undefined; readonly memory: MemoryTier | undefined } {
  return {
    alwaysRam: given(decoding, fields, 'always_ram', decodeBool),
    memory: given(decoding, fields, 'memory', decodeMemory),
  };
}

function given<T>(decoding: Decoding, fields: Fields, name: string, decode: Decode<T>): T | undefined {
  return optional(decoding, fields.get(name), decode);
}

function required<T>(decoding: Decoding, fields: Fields, name: string, decode: Decode<T>): T {
  const node = fields.get(name);
  if (node === undefined) throw missingField(name);
  return decode(decoding, node);
}
