import type { CollectionConfig } from '../../core/collection-config.ts';
import type { FoundPoint } from './found-point.ts';

/** The state of a shard that a result is right for: whatever changes an answer changes it. */
export interface LeafState {
  readonly shard: object;
  readonly version: number;
  readonly config: CollectionConfig;
}

interface Entry extends LeafState {
  readonly points: readonly FoundPoint[];
  readonly bytes: number;
}

/** Hashes of leaves that were asked for lately; a leaf that comes again after this many others is new. */
const SEEN_MAX = 4096;
/** About what a found point, and an entry beside its key and points, take on V8's heap. */
const POINT_BYTES = 160;
const ENTRY_BYTES = 400;

/**
 * Results of leaves of query trees, kept across requests until a write touches their shard. A leaf is kept the second
 * time it is asked for: most are never asked for again, and remembering a hash costs a microsecond.
 */
export class LeafCache {
  private readonly bytesMax: number;
  private readonly seen = new Float64Array(SEEN_MAX);
  /** In the order of their last use. */
  private readonly entries = new Map<string, Entry>();
  private used = 0;
  private room: number;

  /** bytesMax: 0 keeps nothing. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.room = bytesMax;
  }

  get bytes(): number {
    return this.used;
  }

  /** Whether a leaf with this hash (a whole number other than 0) was asked for lately; from now on it was. */
  hasSeen(hash: number): boolean {
    if (this.room === 0) return false;
    const at = hash % SEEN_MAX;
    const known = this.seen[at] === hash;
    this.seen[at] = hash;
    return known;
  }

  get(key: string, { shard, version, config }: LeafState): readonly FoundPoint[] | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.shard === shard && entry.version === version && entry.config === config) {
      this.entries.set(key, entry);
      return entry.points;
    }
    this.used -= entry.bytes;
    return undefined;
  }

  put(key: string, state: LeafState, points: readonly FoundPoint[]): void {
    const bytes = ENTRY_BYTES + key.length + points.length * POINT_BYTES;
    if (bytes > this.room) return;
    const before = this.entries.get(key);
    if (before !== undefined) this.drop(key, before);
    this.entries.set(key, { ...state, points, bytes });
    this.used += bytes;
    for (const [oldest, entry] of this.entries) {
      if (this.used <= this.room) break;
      this.drop(oldest, entry);
    }
  }

  /** Memory is short: nothing is kept until there is more. */
  pause(): void {
    this.clear();
    this.room = 0;
  }

  resume(): void {
    this.room = this.bytesMax;
  }

  /** A collection is gone. */
  clear(): void {
    this.entries.clear();
    this.used = 0;
  }

  private drop(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.used -= entry.bytes;
  }
}
