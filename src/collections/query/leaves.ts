import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';
import type { LeafCache, LeafState } from './leaf-cache.ts';
import { leafHash, leafKey } from './leaf-key.ts';
import type { VectorStep } from './resolved-step.ts';
import { searchShard, type SearchRun } from './search-shard.ts';

/** A search that is under way or done. */
interface Leaf {
  readonly step: VectorStep;
  readonly limit: number;
  readonly found: Promise<readonly FoundPoint[]>;
}

/** The leaves of one request: equal ones are searched for once, and results that are kept are not searched for again. */
export class Leaves {
  private readonly cache: LeafCache;
  private readonly byHash = new Map<Shard, Map<number, Leaf[]>>();

  constructor(cache: LeafCache) {
    this.cache = cache;
  }

  /** The best points of a shard, at most `limit`; see searchShard. */
  find(run: SearchRun, shard: Shard, step: VectorStep, limit: number): Promise<readonly FoundPoint[]> {
    const hash = leafHash(step, limit, shard.number);
    const leaves = this.byHash.get(shard) ?? new Map<number, Leaf[]>();
    this.byHash.set(shard, leaves);
    const alike = leaves.get(hash);
    if (alike !== undefined) {
      const key = leafKey(step, limit);
      const same = alike.find((leaf) => leafKey(leaf.step, leaf.limit) === key);
      if (same !== undefined) {
        if (run.trace !== undefined) run.trace.of(step, shard).reused = true;
        return same.found;
      }
    }
    const found = this.cache.hasSeen(hash) ? this.kept(run, shard, step, limit) : searchShard(run, shard, step, limit);
    leaves.set(hash, [...(alike ?? []), { step, limit, found }]);
    return found;
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
