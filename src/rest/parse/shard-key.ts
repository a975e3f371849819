import { JSON_ARRAY, JSON_FLOATS, JSON_NUMBER, JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import { badInput, badRequest, unknownShardKey } from '../../core/errors.ts';
import type { ShardKeys } from '../../core/requests.ts';
import { afterField, type Decoding, type DirectField, elements, optional } from './decoding.ts';
import { FormatError, isInteger64, noVariant } from './format-error.ts';
import { numberTexts } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';

type ShardKey = string | bigint;

/**
 * `shard_key` where it is read whole first: a key (string or unsigned integer), a list of keys, or `{target, fallback}`.
 * Of the latter the fallback comes first: it is what is asked until the target exists.
 */
export function decodeShardKeys(decoding: Decoding, node: number): ShardKeys {
  const { tree } = decoding;
  switch (tree.kindOf(node)) {
    case JSON_FLOATS:
      return numberTexts(tree, node).map((digits) => keyOf(integerKey(digits)));
    case JSON_ARRAY:
      return elements(tree, node).map((element) => decodeShardKey(decoding, element));
    case JSON_OBJECT: {
      const fields = fieldsOf(tree, node);
      const target = fields.get('target');
      const fallback = fields.get('fallback');
      if (target === undefined || fallback === undefined) throw noSelector();
      return [fallback, target].map((key) => decodeShardKey(decoding, key));
    }
    default:
      return [decodeShardKey(decoding, node)];
  }
}

function decodeShardKey({ tree }: Decoding, node: number): ShardKey {
  if (tree.kindOf(node) === JSON_STRING) return tree.text(node);
  return keyOf(tree.kindOf(node) === JSON_NUMBER ? integerKey(tree.rawText(node)) : undefined);
}

function integerKey(digits: string): bigint | undefined {
  return isInteger64(digits) && !digits.startsWith('-') ? BigInt(digits) : undefined;
}

function keyOf(key: ShardKey | undefined): ShardKey {
  if (key === undefined) throw noSelector();
  return key;
}

function noSelector(): FormatError {
  return noVariant('ShardKeySelector');
}

/** The `shard_key` beside a flattened body, which serde reads on the way: what is wrong is reported right behind it. */
export function shardKeysBeside(decoding: Decoding, node: number): ShardKeys {
  try {
    return optional(decoding, node, decodeShardKeys);
  } catch (error) {
    // To add knowledge: the position.
    if (error instanceof FormatError) error.offset ??= afterField(decoding.tree, decoding.tree.endOf(node));
    throw error;
  }
}

/**
 * Notes what Qdrant says of keys that it does not know, since no collection of this version has any: for requests whose
 * core type has no room for keys.
 */
export function refuseShardKeys(decoding: Decoding, keys: ShardKeys, access: 'read' | 'write'): void {
  const [key] = keys ?? [];
  if (key === undefined) return;
  const message = unknownShardKey(key);
  decoding.fail(access === 'read' ? badRequest(message) : badInput(message));
}

/** `shard_key` of a change, in a direct struct. */
export const SHARD_KEY: DirectField = {
  buffered: (decoding, node) => refuseShardKeys(decoding, optional(decoding, node, decodeShardKeys), 'write'),
};
