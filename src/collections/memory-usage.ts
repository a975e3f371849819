import type { MemoryReport, ProcessMemory, VectorMemory } from '../core/answers.ts';
import type { Segment, SegmentField } from '../segments/segment.ts';
import type { Shard } from './shard.ts';

/** Bytes that a shard takes, by what can be done about them. */
export interface ShardMemory {
  /** What searches and filters cannot do without, besides what fields have in arenas. */
  readonly besideArenas: number;
  /** What is gone after a checkpoint. */
  readonly pending: number;
  /** Payloads and matches of filters that are kept for the next time. */
  readonly caches: number;
}

/** What a shard takes. Cheap: a few additions for each field and index. */
export function shardMemory({ segments, payloads, points }: Shard): ShardMemory {
  const fields = segments.flatMap((segment) => segment.fields);
  const indexes = sum(points.fields.memory, ({ bytes }) => bytes);
  const ids = sum(segments, (segment) => segment.idBytes) + points.slots.bytes;
  return {
    besideArenas: sum(fields, ({ rows }) => rows.bytes) + indexes + ids,
    pending: sum(segments, (segment) => segment.pendingBytes) + payloads.overlayBytes,
    caches: points.chunks.bytes + points.matchesBytes,
  };
}

/** What of a collection takes how much. names: of its vectors, in their order. */
export function reportMemory(shards: readonly Shard[], names: readonly string[], process: ProcessMemory): MemoryReport {
  const segments = shards.flatMap((shard) => shard.segments);
  const fields = segments.flatMap((segment) => segment.fields);
  const byName = Map.groupBy(fields, ({ name }) => name);
  const indexes = Map.groupBy(
    shards.flatMap((shard) => shard.points.fields.memory),
    ({ field }) => field,
  );
  return {
    vectors: names.map((name) => vectorMemory(name, byName.get(name) ?? [])),
    payloads: {
      overlay: sum(shards, ({ payloads }) => payloads.overlayBytes),
      chunks: sum(shards, ({ points }) => points.chunks.bytes),
      matches: sum(shards, ({ points }) => points.matchesBytes),
    },
    payloadIndexes: Array.from(indexes, ([field, list]) => ({ field, bytes: sum(list, ({ bytes }) => bytes) })),
    ids: sum(segments, (segment: Segment) => segment.idBytes) + sum(shards, ({ points }) => points.slots.bytes),
    process,
  };
}

function vectorMemory(name: string, fields: readonly SegmentField[]): VectorMemory {
  return {
    name,
    codes: sum(fields, ({ field }) => field.memory.codes),
    index: sum(fields, ({ field, rows }) => field.memory.index + rows.bytes),
    originals: sum(fields, ({ field }) => field.memory.originals),
    pending: sum(fields, ({ originals }) => originals.pendingBytes),
    originalsOnDisk: sum(fields, ({ originals }) => sum(originals.files, ({ file }) => file.bytes)),
  };
}

function sum<T>(items: readonly T[], bytes: (item: T) => number): number {
  return items.reduce((total, item) => total + bytes(item), 0);
}
