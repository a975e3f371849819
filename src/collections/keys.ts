import { ID_NUMBER, ID_UUID, type PointId } from '../core/ids.ts';

/**
 * The keys of the storage's one key-value store. Big-endian, so that byte order is the order that we want.
 *
 *   'a' name (UTF-8)                                       alias: the name of its collection, UTF-8
 *   'c' name (UTF-8)                                       collection: number and configuration, JSON
 *   'i'                                                    number of this node, decimal: clients see it in names of snapshots
 *   'n'                                                    number of the next collection
 *   'm' collection u32, shard u16                          manifest of a shard, JSON
 *   'p' collection u32, shard u16, id kind u8, id 16 bytes payload of a point, raw JSON (empty: none)
 *   'v' collection u32, shard u16, id kind u8, id 16 bytes version of a point, f64: its payload changed after its row
 *
 * A point stands under 'p' with or without a payload: the keys of a shard are its points in Qdrant's order.
 */
export const NODE_KEY: Uint8Array = Uint8Array.of(0x69);
export const NEXT_NUMBER_KEY: Uint8Array = Uint8Array.of(0x6e);
const ALIAS = 0x61;
const COLLECTION = 0x63;
const MANIFEST = 0x6d;
const PAYLOAD = 0x70;
const VERSION = 0x76;
const SHARD_KEY_BYTES = 7;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const ALL_COLLECTIONS: { readonly gte: Uint8Array; readonly lt: Uint8Array } = {
  gte: Uint8Array.of(COLLECTION),
  lt: Uint8Array.of(COLLECTION + 1),
};

export const ALL_ALIASES: { readonly gte: Uint8Array; readonly lt: Uint8Array } = {
  gte: Uint8Array.of(ALIAS),
  lt: Uint8Array.of(ALIAS + 1),
};

export function collectionKey(name: string): Uint8Array {
  return nameKey(COLLECTION, name);
}

export function aliasKey(name: string): Uint8Array {
  return nameKey(ALIAS, name);
}

function nameKey(family: number, name: string): Uint8Array {
  const text = encoder.encode(name);
  const key = new Uint8Array(1 + text.length);
  key[0] = family;
  key.set(text, 1);
  return key;
}

/** The name in the key of a collection or an alias. */
export function nameOfKey(key: Uint8Array): string {
  return decoder.decode(key.subarray(1));
}

export function manifestKey(collection: number, shard: number): Uint8Array {
  return shardKey(MANIFEST, collection, shard, SHARD_KEY_BYTES);
}

export function payloadKey(collection: number, shard: number, id: PointId): Uint8Array {
  return pointKey(PAYLOAD, collection, shard, id);
}

export function versionKey(collection: number, shard: number, id: PointId): Uint8Array {
  return pointKey(VERSION, collection, shard, id);
}

function pointKey(family: number, collection: number, shard: number, id: PointId): Uint8Array {
  const key = shardKey(family, collection, shard, SHARD_KEY_BYTES + 17);
  key[7] = id.kind;
  setWord(key, 8, id.word0);
  setWord(key, 12, id.word1);
  setWord(key, 16, id.word2);
  setWord(key, 20, id.word3);
  return key;
}

/** The point of a key of a payload or a version. */
export function idOfKey(key: Uint8Array): PointId {
  return {
    kind: key[7] === ID_UUID ? ID_UUID : ID_NUMBER,
    word0: wordAt(key, 8),
    word1: wordAt(key, 12),
    word2: wordAt(key, 16),
    word3: wordAt(key, 20),
  };
}

/** All payloads of a shard from `offset` on. */
export function payloadRange(
  collection: number,
  shard: number,
  offset?: PointId,
): { readonly gte: Uint8Array; readonly lt: Uint8Array } {
  const lt = shardKey(PAYLOAD, collection, shard, SHARD_KEY_BYTES + 1);
  lt[7] = 0xff;
  return {
    gte:
      offset === undefined
        ? shardKey(PAYLOAD, collection, shard, SHARD_KEY_BYTES)
        : payloadKey(collection, shard, offset),
    lt,
  };
}

/** All versions of a shard. */
export function versionRange(collection: number, shard: number): { readonly gte: Uint8Array; readonly lt: Uint8Array } {
  const lt = shardKey(VERSION, collection, shard, SHARD_KEY_BYTES + 1);
  lt[7] = 0xff;
  return { gte: shardKey(VERSION, collection, shard, SHARD_KEY_BYTES), lt };
}

/** The families of keys that hold a shard's points. */
export type PointFamily = 'payloads' | 'versions';

const FAMILIES: Readonly<Record<PointFamily, number>> = { payloads: PAYLOAD, versions: VERSION };
/** Kind and words of the id, behind family, collection and shard. */
export const POINT_SUFFIX_BYTES = 17;

/** What says in a key of a point which point it is, whatever the shard. */
export function pointSuffix(key: Uint8Array): Uint8Array {
  return key.subarray(SHARD_KEY_BYTES);
}

/** The key of the same point in a shard. */
export function suffixKey(family: PointFamily, collection: number, shard: number, suffix: Uint8Array): Uint8Array {
  const key = shardKey(FAMILIES[family], collection, shard, SHARD_KEY_BYTES + POINT_SUFFIX_BYTES);
  key.set(suffix, SHARD_KEY_BYTES);
  return key;
}

/** Everything of a shard, family by family. */
export function shardRanges(
  collection: number,
  shard: number,
): readonly { readonly gte: Uint8Array; readonly lt: Uint8Array }[] {
  return [MANIFEST, PAYLOAD, VERSION].map((family) => ({
    gte: shardKey(family, collection, shard, SHARD_KEY_BYTES),
    lt: shardKey(family, collection, shard + 1, SHARD_KEY_BYTES),
  }));
}

/** Everything of a collection in one family of keys. */
export function collectionRanges(collection: number): readonly { readonly gte: Uint8Array; readonly lt: Uint8Array }[] {
  return [MANIFEST, PAYLOAD, VERSION].map((family) => ({
    gte: shardKey(family, collection, 0, SHARD_KEY_BYTES),
    lt: shardKey(family, collection + 1, 0, SHARD_KEY_BYTES),
  }));
}

function shardKey(family: number, collection: number, shard: number, length: number): Uint8Array {
  const key = new Uint8Array(length);
  key[0] = family;
  setWord(key, 1, collection);
  key[5] = shard >>> 8;
  key[6] = shard;
  return key;
}

// Byte by byte: a DataView for each key costs ten times as much, and every payload that is read needs a key.
function setWord(key: Uint8Array, at: number, word: number): void {
  key[at] = word >>> 24;
  key[at + 1] = word >>> 16;
  key[at + 2] = word >>> 8;
  key[at + 3] = word;
}

function wordAt(key: Uint8Array, at: number): number {
  const high = ((key[at] ?? 0) << 24) | ((key[at + 1] ?? 0) << 16);
  return (high | ((key[at + 2] ?? 0) << 8) | (key[at + 3] ?? 0)) >>> 0;
}
