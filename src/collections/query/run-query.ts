import { settleAll, settleInLanes } from '../../base/settle-all.ts';
import type { PointGroup, ScoredPoint } from '../../core/answers.ts';
import { type Context, refuseAborted } from '../../core/context.ts';
import { badRequest, limitExceeded, unknownShardKey } from '../../core/errors.ts';
import type { QueryGroups, QueryPoints, ShardKeys } from '../../core/requests.ts';
import { pointsAsked } from '../../query/points-asked.ts';
import { cut, mergeRanked } from '../../query/ranking.ts';
import type { SegmentOptions } from '../../segments/segment.ts';
import type { Shard } from '../shard.ts';
import { checkVectorNames } from '../vector-names.ts';
import type { FoundPoint } from './found-point.ts';
import { queryGroups } from './groups.ts';
import type { LeafCache } from './leaf-cache.ts';
import { Leaves } from './leaves.ts';
import { Lease } from './lease.ts';
import { type ResolveSource, resolve } from './resolve.ts';
import { candidateCount, rankingOf, type ResolvedStep, type UnrankedStep } from './resolved-step.ts';
import { scoredPoints } from './scored-points.ts';
import {
  candidatesInShard,
  combineSources,
  diversified,
  findInShard,
  LANES,
  pointsOf,
  type QueryRun,
} from './shard-steps.ts';
import { findUnranked } from './unranked.ts';

/** What queries are run on. */
export interface QuerySource extends ResolveSource {
  readonly cache: LeafCache;
  /** `World.random`. */
  readonly random: () => number;
  readonly compute: SegmentOptions['compute'];
}

/** Runs the queries of a batch side by side: what they have in common is searched for once. */
export async function runQueries(
  source: QuerySource,
  context: Context,
  requests: readonly QueryPoints[],
): Promise<readonly (readonly ScoredPoint[])[]> {
  refuseTooLarge(source, requests);
  const run = begin(source, context);
  try {
    return await settleInLanes(requests, LANES, async (request) => {
      refuseAborted(run.signal);
      checkVectorNames(request.withVector, source.config);
      return scoredPoints(await findPoints(source, run, request), request, run.signal);
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
    const find = (query: QueryPoints): Promise<readonly FoundPoint[]> => {
      refuseTooLarge(source, [query]);
      return findPoints(source, run, query);
    };
    return await queryGroups({ ...source, run: find }, request);
  } finally {
    run.lease.release();
  }
}

/** Starts a request; its lease is released by the caller. */
export function begin({ config, cache, random, compute }: QuerySource, { signal }: Context): QueryRun {
  return { config, lease: new Lease(), signal, leaves: new Leaves(cache), random, compute, trace: undefined };
}

/** The points that a query finds: resolve, search, combine, in this order and once. */
async function findPoints(source: QuerySource, run: QueryRun, request: QueryPoints): Promise<readonly FoundPoint[]> {
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

/** Points that a request may hold in memory at once: some 200 bytes each, and what is made of them on this thread. */
const POINTS_MAX = 1_000_000;

/** Throws bad_request where the steps of all requests may find more points together than a server should hold for them. */
export function refuseTooLarge({ shards }: QuerySource, requests: readonly QueryPoints[]): void {
  const pointCount = shards.reduce((count, shard) => count + shard.pointCount, 0);
  const asked = requests.reduce(
    (sum, request) => sum + pointsAsked({ ...request, limit: request.limit + request.offset }, pointCount),
    0,
  );
  if (asked > POINTS_MAX) throw limitExceeded('limit', asked, POINTS_MAX);
}

/** No collection of this version has shards by key. */
export function refuseShardKeys(keys: ShardKeys): void {
  const [key] = keys ?? [];
  if (key !== undefined) throw badRequest(unknownShardKey(key));
}

/** What the root finds in all shards. Fusion at the root ranks what all shards have found together, fusion below does not. */
export async function findAtRoot(
  run: QueryRun,
  shards: readonly Shard[],
  root: ResolvedStep,
): Promise<readonly FoundPoint[]> {
  if (root.kind === 'unranked') return findUnrankedInAll(run, shards, root);
  if (root.kind === 'fusion')
    return combineSources(root, await settleInLanes(root.prefetch, LANES, (source) => findInAll(run, shards, source)));
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
  const sources = await settleInLanes(step.prefetch, LANES, (source) => findInAll(run, shards, source));
  return findUnranked(run, shards, step, pointsOf(sources));
}
