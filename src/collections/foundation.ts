import type { World } from '../base/world.ts';
import type { Logger } from '../observe/logger.ts';
import type { SegmentOptions } from '../segments/segment.ts';
import type { Kv } from '../storage/kv.ts';
import type { MemoryLimits } from './memory-limits.ts';

/** What the rooms below need, the same for every shard of a database. */
export interface Foundation {
  readonly world: World;
  readonly kv: Kv;
  /** The worker threads; what they are is the segments' business. */
  readonly compute: SegmentOptions['compute'];
  readonly logger: Logger;
  readonly fsync: 'always' | 'never';
  /** Called when a long piece of background work has ended and nothing is left to do. */
  readonly rested: () => void;
  readonly memory: MemoryLimits;
  /** What results of queries that are kept may weigh; 0 = none are. */
  readonly leafCacheBytes: number;
}
