import type { IdColumn, PointId } from '../core/ids.ts';
import { isEmptyColumn, pickColumn } from '../core/vector-columns.ts';
import { FLAG_UUID } from '../segments/row-table.ts';
import type { UpdateRecord } from './record.ts';
import type { RecordedPoints } from './record-columns.ts';

/**
 * Which shard a point belongs to. Stored data depends on it: it never changes. Qdrant's own placement cannot be seen
 * through its interface, so ours is a plain mix (murmur3's finaliser over the words of the id).
 */
export function shardOf(id: PointId, shardCount: number): number {
  return shardOfWords(id.kind, id.word0, id.word1, id.word2, id.word3, shardCount);
}

/** Cuts points into those of each shard; undefined where a shard gets none. Order within a shard is kept. */
function splitPoints(points: RecordedPoints, shardCount: number): (RecordedPoints | undefined)[] {
  if (shardCount === 1) return [points];
  const { count, flags, words } = points;
  const members = group(
    count,
    (point) => shardOfWords((flags[point] ?? 0) & FLAG_UUID, ...wordsAt(words, point), shardCount),
    shardCount,
  );
  return members.map((members) => (members.length === 0 ? undefined : pickPoints(points, members)));
}

/** Cuts a list of ids into one for each shard; undefined where a shard gets nothing. */
function splitIds(ids: IdColumn, shardCount: number): (IdColumn | undefined)[] {
  if (shardCount === 1) return [ids];
  const { count, kinds, words } = ids;
  const members = group(
    count,
    (index) => shardOfWords(kinds[index] ?? 0, ...wordsAt(words, index), shardCount),
    shardCount,
  );
  return members.map((indexes) => {
    if (indexes.length === 0) return undefined;
    return {
      count: indexes.length,
      kinds: Uint8Array.from(indexes, (index) => kinds[index] ?? 0),
      words: pickWords(words, indexes),
    };
  });
}

/** The points with these indexes, in this order. */
export function pickPoints(source: RecordedPoints, points: readonly number[]): RecordedPoints {
  const { flags, words, payloadStarts, payloads, vectors } = source;
  const pickedStarts = new Uint32Array(points.length + 1);
  points.forEach((point, index) => {
    pickedStarts[index + 1] =
      (pickedStarts[index] ?? 0) + (payloadStarts[point + 1] ?? 0) - (payloadStarts[point] ?? 0);
  });
  const pickedPayloads = new Uint8Array(pickedStarts[points.length] ?? 0);
  points.forEach((point, index) => {
    pickedPayloads.set(payloads.subarray(payloadStarts[point], payloadStarts[point + 1]), pickedStarts[index]);
  });
  return {
    count: points.length,
    flags: Uint8Array.from(points, (point) => flags[point] ?? 0),
    words: pickWords(words, points),
    payloadStarts: pickedStarts,
    vectors: vectors.map((column) => pickColumn(column, points)).filter((column) => !isEmptyColumn(column)),
    payloads: pickedPayloads,
  };
}

function pickWords(words: Uint32Array, indexes: readonly number[]): Uint32Array {
  const picked = new Uint32Array(indexes.length * 4);
  indexes.forEach((index, at) => picked.set(words.subarray(index * 4, index * 4 + 4), at * 4));
  return picked;
}

function group(count: number, shardOfIndex: (index: number) => number, shardCount: number): number[][] {
  const members: number[][] = Array.from({ length: shardCount }, () => []);
  for (let index = 0; index < count; index++) members[shardOfIndex(index)]?.push(index);
  return members;
}

function wordsAt(words: Uint32Array, index: number): [number, number, number, number] {
  const at = index * 4;
  return [words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0];
}

function shardOfWords(
  kind: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
  shardCount: number,
): number {
  let hash = kind;
  for (const word of [word0, word1, word2, word3]) {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) % shardCount;
}

/** The part of an update that each shard gets; undefined where it gets none. What is said by a filter goes to all. */
export function splitRecord(record: UpdateRecord, shardCount: number): (UpdateRecord | undefined)[] {
  switch (record.kind) {
    case 'upsert':
    case 'update_vectors':
      return splitPoints(record.points, shardCount).map((points) =>
        points === undefined ? undefined : { ...record, points },
      );
    case 'create_index':
    case 'delete_index':
    case 'create_vector_field':
    case 'delete_vector_field':
      return Array.from({ length: shardCount }, () => record);
    case 'remove':
    case 'set_payload':
    case 'overwrite_payload':
    case 'delete_payload':
    case 'remove_vectors': {
      const { target } = record;
      if (target.kind === 'filter') return Array.from({ length: shardCount }, () => record);
      return splitIds(target.ids, shardCount).map((ids) =>
        ids === undefined ? undefined : { ...record, target: { kind: 'ids', ids } },
      );
    }
  }
}
