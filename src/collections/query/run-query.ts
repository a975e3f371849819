import { settleAll, settleInLanes } from '../../base/settle-all.ts';
import type { PointGroup, ScoredPoint } from '../../core/answers.ts';
import { type Context, refuseAborted } from '../../core/context.ts';
import { badRequest } from '../../core/errors.ts';
import type { QueryGroups, QueryPoints, ShardKeys } from '../../core/requests.ts';
import { cut, mergeRanked } from '../../query/ranking.ts';
import type { SegmentOptions } from '../../segments/segment.ts';
import { checkVectorNames, hydrate } from '../hydrate.ts';
import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';
import { queryGroups } from './groups.ts';
import type { LeafCache } from './leaf-cache.ts';
import { Leaves } from './leaves.ts';
import { Lease } from './lease.ts';
import type { QueryTrace } from './query-trace.ts';
import { type ResolveSource, resolve } from './resolve.ts';
import { candidateCount, rankingOf, type ResolvedStep, type UnrankedStep } from './resolved-step.ts';
import { candidatesInShard, combineSources, diversified, findInShard, pointsOf, type QueryRun } from './shard-steps.ts';
import { findUnranked } from './unranked.ts';

/** What queries are run on. */
export interface QuerySource extends ResolveSource {
  readonly cache: LeafCache;
  /** `World.random`. */
  readonly random: () => number;
  readonly compute: SegmentOptions['compute'];
}

/** Queries of a batch under way at once: enough for the threads; of more the garbage collector would copy what dies soon. */
const LANES = 16;

/** Runs the queries of a batch side by side: what they have in common is searched for once. */
export async function runQueries(
  source: QuerySource,
  context: Context,
  requests: readonly QueryPoints[],
): Promise<readonly (readonly ScoredPoint[])[]> {
  const run = begin(source, context);
  try {
    return await settleInLanes(requests, LANES, async (request) => {
      refuseAborted(run.signal);
      checkVectorNames(request.withVector, source.config);
      return scoredPoints(await findPoints(source, run, request), request);
    });
  } finally {
    run.lease.release();
  }
}

/** The best points of each value of a payload field. */
export async function groupQuery(
  source: QuerySource,
  context: Context,
  request: QueryGroups,
): Promise<readonly PointGroup[]> {
  const run = begin(source, context);
  try {
    return await queryGroups({ ...source, run: (query) => findPoints(source, run, query) }, request);
  } finally {
    run.lease.release();
  }
}

/** Starts a request; its lease is released by the caller. */
export function begin(
  { config, cache, random, compute }: QuerySource,
  { signal }: Context,
  trace?: QueryTrace,
): QueryRun {
  return { config, lease: new Lease(), signal, leaves: new Leaves(cache), random, compute, trace };
}

/** The points that a query finds: resolve, search, combine, in this order and once. */
export async function findPoints(
  source: QuerySource,
  run: QueryRun,
  request: QueryPoints,
): Promise<readonly FoundPoint[]> {
  refuseShardKeys(request.shardKeys);
  const { step, skipped } = await resolveRoot(source, request);
  return (await findAtRoot(run, source.shards, step)).slice(skipped);
}

/** The tree of a request: what its root is to find, and how much of that is not shown. */
export async function resolveRoot(
  source: QuerySource,
  request: QueryPoints,
): Promise<{ readonly step: ResolvedStep; readonly skipped: number }> {
  const { limit, offset, query } = request;
  // Chance has no order to skip in, and diversity chooses `limit` points before any are skipped (SEMANTICS.md 3).
  const isSample = query?.kind === 'sample' && request.prefetch.length === 0;
  const isDiverse = query?.kind === 'nearest' && query.mmr !== undefined;
  const wanted = isSample || isDiverse ? limit : limit + offset;
  const step = await resolve(source, { ...request, limit: wanted });
  return { step, skipped: isSample ? 0 : offset };
}

/** No collection of this version has shards by key. */
export function refuseShardKeys(keys: ShardKeys): void {
  const [key] = keys ?? [];
  if (key !== undefined) throw badRequest(`Shard key ${typeof key === 'string' ? JSON.stringify(key) : key} not found`);
}

/** What the root finds in all shards. Fusion at the root ranks what all shards have found together, fusion below does not. */
export async function findAtRoot(
  run: QueryRun,
  shards: readonly Shard[],
  root: ResolvedStep,
): Promise<readonly FoundPoint[]> {
  if (root.kind === 'unranked') return findUnrankedInAll(run, shards, root);
  if (root.kind === 'fusion')
    return combineSources(root, await settleAll(root.prefetch.map((source) => findInAll(run, shards, source))));
  const lists = await settleAll(shards.map((shard) => candidatesInShard(run, shard, root)));
  const ranking = rankingOf(root);
  const count = root.kind === 'vector' ? candidateCount(root) : root.limit;
  const best = cut(mergeRanked(lists, ranking), ranking, count, undefined);
  return diversified(run, root, best);
}

/** What a step finds in all shards, each by itself. */
async function findInAll(run: QueryRun, shards: readonly Shard[], step: ResolvedStep): Promise<readonly FoundPoint[]> {
  if (step.kind === 'unranked') return findUnrankedInAll(run, shards, step);
  const lists = await settleAll(shards.map((shard) => findInShard(run, shard, step)));
  const ranking = rankingOf(step);
  return cut(mergeRanked(lists, ranking), ranking, step.limit, undefined);
}

async function findUnrankedInAll(
  run: QueryRun,
  shards: readonly Shard[],
  step: UnrankedStep,
): Promise<readonly FoundPoint[]> {
  if (step.prefetch.length === 0) return findUnranked(run, shards, step, undefined);
  const sources = await settleAll(step.prefetch.map((source) => findInAll(run, shards, source)));
  return findUnranked(run, shards, step, pointsOf(sources));
}

/** Reads what of the found points is shown. */
export async function scoredPoints(
  found: readonly FoundPoint[],
  { withPayload, withVector }: Pick<QueryPoints, 'withPayload' | 'withVector'>,
): Promise<ScoredPoint[]> {
  const records = await hydrate(found, withPayload, withVector);
  return records.map((record, index) => {
    const { version, score, orderValue } = found[index] as FoundPoint;
    return { ...record, version, score, orderValue };
  });
}
