import { JSON_ARRAY, JSON_FLOATS, JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import { badInput } from '../../core/errors.ts';
import type { Fusion } from '../../core/query.ts';
import { outOfRange } from '../../core/finite.ts';
import { RRF_K } from '../../core/query-defaults.ts';
import { type Decoding, optional } from './decoding.ts';
import { wrongType } from './format-error.ts';
import { atLeast, decodeUsize } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';

/** `fusion: "rrf" | "dbsf"`; undefined where it is neither. */
export function decodeFusion({ tree }: Decoding, node: number): Fusion | undefined {
  if (tree.kindOf(node) !== JSON_STRING) return undefined;
  const name = tree.text(node);
  if (name === 'dbsf') return { kind: 'dbsf' };
  return name === 'rrf' ? { kind: 'rrf', k: RRF_K, weights: undefined } : undefined;
}

/**
 * `rrf: {k, weights}`; undefined, or a FormatError that the caller forgets, where it is no such object.
 * path  of the object, for broken rules.
 */
export function decodeRrf(decoding: Decoding, node: number, path: string): Fusion | undefined {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) return undefined;
  const fields = fieldsOf(tree, node);
  const k = optional(decoding, fields.get('k'), atLeast(1, decodeUsize, `${path}.k`)) ?? RRF_K;
  const weights = optional(decoding, fields.get('weights'), (decoding, node) => decodeWeights(decoding, node, path));
  return { kind: 'rrf', k, weights };
}

function decodeWeights(decoding: Decoding, node: number, path: string): readonly number[] {
  const { tree } = decoding;
  const kind = tree.kindOf(node);
  if (kind !== JSON_FLOATS && !(kind === JSON_ARRAY && tree.nextOf(node) === node + 1)) {
    throw wrongType(tree, node, 'a sequence');
  }
  const given = tree.copyFloats(node);
  decoding.take('examples', given.length);
  const weights = Array.from(given);
  const beyond = weights.findIndex((weight) => !Number.isFinite(weight));
  if (beyond >= 0) decoding.fail(badInput(outOfRange(`${path}.weights[${beyond}]`)));
  return weights;
}
