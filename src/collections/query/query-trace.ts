import type { ExplainedSegment, ExplainedShard } from '../../core/explanation.ts';
import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';
import type { ResolvedStep } from './resolved-step.ts';

/** What is written down of a step in one shard while it is carried out. */
export interface ShardTrace {
  found: readonly FoundPoint[];
  ms: number;
  reused: boolean;
  filter: ExplainedShard['filter'];
  readonly segments: ExplainedSegment[];
}

/** Writes down how a query is carried out: what `explain` tells of. */
export class QueryTrace {
  private readonly steps = new Map<ResolvedStep, Map<Shard, ShardTrace>>();

  /** The record of a step in a shard, to be filled in. */
  of(step: ResolvedStep, shard: Shard): ShardTrace {
    const shards = this.steps.get(step) ?? new Map<Shard, ShardTrace>();
    this.steps.set(step, shards);
    const known = shards.get(shard);
    if (known !== undefined) return known;
    const trace: ShardTrace = { found: [], ms: 0, reused: false, filter: undefined, segments: [] };
    shards.set(shard, trace);
    return trace;
  }

  /** All shards that a step was carried out in. */
  shardsOf(step: ResolvedStep): ReadonlyMap<Shard, ShardTrace> {
    return this.steps.get(step) ?? new Map<Shard, ShardTrace>();
  }
}
