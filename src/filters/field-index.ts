import type { FieldPredicate } from '../core/filter.ts';
import type { JsonPath } from '../core/json-path.ts';
import type { FieldSchema } from '../core/payload-schema.ts';

/**
 * One condition as an index answers it. Points are slots: numbers that a shard gives to its points, small, dense and
 * used again after a deletion. A leaf is used at once and never kept: the next change of the index makes it void.
 */
export interface IndexLeaf {
  /** About how many points match. */
  readonly estimate: number;
  /** Sets bit `slot` (bit slot % 32 of word slot / 32) of every point that matches; other bits stay as they are. */
  fill(words: Uint32Array): void;
  test(slot: number): boolean;
}

/** An index over the values that the payloads of a shard's points have at one path. One thread uses it. */
export interface FieldIndex {
  readonly path: JsonPath;
  readonly schema: FieldSchema;
  /** Points with at least one value that can be indexed. */
  readonly pointCount: number;
  readonly memoryBytes: number;
  /** Grows by one with every change of what the index holds. */
  readonly changes: number;
  /** Indexes a point's payload (raw JSON of an object; empty: none) in place of what the slot had. */
  set(slot: number, payload: Uint8Array): void;
  /** The point is gone. */
  clear(slot: number): void;
  /** The condition by this index, or undefined where only the payload can tell. */
  leaf(predicate: FieldPredicate): IndexLeaf | undefined;
  /** Points that have changed since the last refresh: what makes answers slower. */
  readonly staleCount: number;
  /**
   * Whether so much has changed since the structures that speed it up were made that `refresh` is worth while.
   * Answers are right without it.
   */
  readonly refreshIsDue: boolean;
  /** Makes those structures anew, in pieces of well under a millisecond between calls of `giveWay`. */
  refresh(giveWay: () => Promise<void>): Promise<void>;
}
