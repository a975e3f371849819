import { JSON_NULL, JSON_NUMBER, JSON_OBJECT, JSON_STRING, type JsonTree } from '../../base/json/json-tree.ts';
import { ryuText } from '../number-text.ts';
import { type Decoding, eachField } from './decoding.ts';
import { noVariant } from './format-error.ts';

/**
 * `quantization_config`, as far as a malformed one must be told from one that is not served yet.
 * path      for broken rules.
 * isUpdate  whether `"Disabled"` may stand here; with no quantisation to disable it means nothing.
 */
export function decodeQuantization(decoding: Decoding, node: number, path: string, isUpdate: boolean): void {
  const { tree } = decoding;
  const enumName = isUpdate ? 'QuantizationConfigDiff' : 'QuantizationConfig';
  if (isUpdate && tree.kindOf(node) === JSON_STRING && tree.text(node) === 'Disabled') return;
  if (tree.kindOf(node) !== JSON_OBJECT) throw noVariant(enumName);
  let isKnown = false;
  eachField(tree, node, (method, value) => {
    const allowed = METHODS[method];
    if (allowed === undefined || tree.kindOf(value) !== JSON_OBJECT) return;
    isKnown = checkMethod(tree, value, allowed);
    if (method === 'scalar') checkQuantile(decoding, value, `${path}.scalar.quantile`);
  });
  if (!isKnown) throw noVariant(enumName);
  decoding.refuse('Quantization (quantization_config)');
}

interface Method {
  /** Fields with the words that they take. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  readonly required: string | undefined;
}

const METHODS: Record<string, Method> = {
  scalar: { words: { type: ['int8'] }, required: 'type' },
  product: { words: { compression: ['x4', 'x8', 'x16', 'x32', 'x64'] }, required: 'compression' },
  binary: {
    words: {
      encoding: ['one_bit', 'two_bits', 'one_and_half_bits'],
      query_encoding: ['default', 'binary', 'scalar4bits', 'scalar8bits'],
    },
    required: undefined,
  },
  turbo: { words: { bits: ['bits1', 'bits1_5', 'bits2', 'bits4'] }, required: undefined },
};

function checkMethod(tree: JsonTree, node: number, { words, required }: Method): boolean {
  let isSound = true;
  let hasRequired = required === undefined;
  eachField(tree, node, (key, value) => {
    if (key === required) hasRequired = true;
    const allowed = words[key];
    if (allowed === undefined || (key !== required && tree.kindOf(value) === JSON_NULL)) return;
    if (tree.kindOf(value) !== JSON_STRING || !allowed.includes(tree.text(value))) isSound = false;
  });
  return isSound && hasRequired;
}

function checkQuantile(decoding: Decoding, node: number, path: string): void {
  const { tree } = decoding;
  eachField(tree, node, (key, value) => {
    if (key !== 'quantile' || tree.kindOf(value) !== JSON_NUMBER) return;
    const quantile = Math.fround(Number(tree.rawText(value)));
    if (quantile < 0.5 || quantile > 1) {
      decoding.violate(`${path}: value ${ryuText(quantile)} invalid, must be from 0.5 to 1.0`);
    }
  });
}
