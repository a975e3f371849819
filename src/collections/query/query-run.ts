import type { SegmentOptions } from '../../segments/segment.ts';
import type { LeafCache } from './leaf-cache.ts';
import { Leaves } from './leaves.ts';
import { Lease } from './lease.ts';
import type { QueryTrace } from './query-trace.ts';
import type { ResolveSource } from './resolve.ts';
import type { SearchRun } from './search-shard.ts';

/** What the queries of one request are run on; its signal ends them. */
export interface QuerySource extends ResolveSource {
  readonly cache: LeafCache;
  /** `World.random`. */
  readonly random: () => number;
  readonly compute: SegmentOptions['compute'];
}

/** A request that is being carried out. */
export interface QueryRun extends QuerySource, SearchRun {
  readonly leaves: Leaves;
}

/** Carries a request out: what it holds on to is given back when its answer is made. */
export async function runWith<T>(
  source: QuerySource,
  work: (run: QueryRun) => Promise<T>,
  trace?: QueryTrace,
): Promise<T> {
  const lease = new Lease();
  try {
    return await work({ ...source, lease, leaves: new Leaves(source.cache), trace });
  } finally {
    lease.release();
  }
}
