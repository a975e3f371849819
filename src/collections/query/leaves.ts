import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';
import type { LeafCache, LeafState } from './leaf-cache.ts';
import { leafHash, leafKey, valueCount } from './leaf-key.ts';
import type { VectorStep } from './resolved-step.ts';
import { searchShard, type SearchRun } from './search-shard.ts';

/** Numbers of a leaf's vectors from which it costs more to know it again than is worth keeping. */
const VALUES_MAX = 65_536;

/** A search that is under way or done. */
interface Leaf {
  readonly hash: number;
  readonly shard: Shard;
  readonly step: VectorStep;
  readonly limit: number;
  readonly found: Promise<readonly FoundPoint[]>;
}

/** The leaves of one request: equal ones are searched for once, and results that are kept are not searched for again. */
export class Leaves {
  private readonly cache: LeafCache;
  /** Most requests have one. */
  private first: Leaf | undefined;
  private byHash: Map<number, Leaf[]> | undefined;

  constructor(cache: LeafCache) {
    this.cache = cache;
  }

  /** The best points of a shard, at most `limit`; see searchShard. */
  find(run: SearchRun, shard: Shard, step: VectorStep, limit: number): Promise<readonly FoundPoint[]> {
    if (valueCount(step) > VALUES_MAX) return searchShard(run, shard, step, limit);
    const hash = leafHash(step, limit, shard.number);
    const same = this.equalOf(hash, shard, step, limit);
    if (same !== undefined) {
      if (run.trace !== undefined) run.trace.of(step, shard).reused = true;
      return same.found;
    }
    const found = this.cache.hasSeen(hash) ? this.kept(run, shard, step, limit) : searchShard(run, shard, step, limit);
    this.add({ hash, shard, step, limit, found });
    return found;
  }

  private equalOf(hash: number, shard: Shard, step: VectorStep, limit: number): Leaf | undefined {
    const { first, byHash } = this;
    const alike = byHash === undefined ? (first?.hash === hash ? [first] : undefined) : byHash.get(hash);
    if (alike === undefined) return undefined;
    const key = leafKey(step, limit);
    return alike.find((leaf) => leaf.shard === shard && leafKey(leaf.step, leaf.limit) === key);
  }

  private add(leaf: Leaf): void {
    const { first } = this;
    if (first === undefined) {
      this.first = leaf;
      return;
    }
    this.byHash ??= new Map([[first.hash, [first]]]);
    const alike = this.byHash.get(leaf.hash);
    if (alike === undefined) this.byHash.set(leaf.hash, [leaf]);
    else alike.push(leaf);
  }

  private async kept(run: SearchRun, shard: Shard, step: VectorStep, limit: number): Promise<readonly FoundPoint[]> {
    // What the index does not cover grows less without a write.
    if (step.params.indexedOnly) return searchShard(run, shard, step, limit);
    const key = `${shard.number}${leafKey(step, limit)}`;
    const state: LeafState = { shard, version: shard.version, config: run.config };
    const known = this.cache.get(key, state);
    if (known !== undefined) {
      for (const { segment } of known) run.lease.hold(segment);
      return known;
    }
    const found = await searchShard(run, shard, step, limit);
    if (shard.version === state.version) this.cache.put(key, state, found);
    return found;
  }
}
