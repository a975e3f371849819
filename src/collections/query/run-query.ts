import { settleAll, settleInLanes } from '../../base/settle-all.ts';
import type { PointGroup, ScoredPoint } from '../../core/answers.ts';
import { refuseAborted } from '../../core/context.ts';
import { limitExceeded } from '../../core/errors.ts';
import type { QueryGroups, QueryPoints } from '../../core/requests.ts';
import { pointsAsked } from '../../query/points-asked.ts';
import { cut, mergeRanked } from '../../query/ranking.ts';
import { checkVectorNames } from '../vector-names.ts';
import type { FoundPoint } from './found-point.ts';
import { queryGroups } from './groups.ts';
import { type QueryRun, type QuerySource, runWith } from './query-run.ts';
import { resolve } from './resolve.ts';
import { candidateCount, rankingOf, type ResolvedStep, type UnrankedStep } from './resolved-step.ts';
import { scoredPoints } from './scored-points.ts';
import { refuseShardKeys } from './shard-keys.ts';
import {
  candidatesInShard,
  combineSources,
  diversified,
  findInShard,
  LANES,
  pointsOf,
  type Sources,
} from './shard-steps.ts';
import { findUnranked } from './unranked.ts';

/** Runs the queries of a batch side by side: what they have in common is searched for once. */
export async function runQueries(
  source: QuerySource,
  requests: readonly QueryPoints[],
): Promise<readonly (readonly ScoredPoint[])[]> {
  refuseTooLarge(source, requests);
  return runWith(source, (run) =>
    settleInLanes(requests, LANES, async (request) => {
      refuseAborted(run.signal);
      checkVectorNames(request.withVector, run.config);
      return scoredPoints(await findPoints(run, request), request, run.signal);
    }),
  );
}

/** The best points of each value of a payload field. */
export async function groupQuery(source: QuerySource, request: QueryGroups): Promise<readonly PointGroup[]> {
  return runWith(source, (run) => {
    const find = (query: QueryPoints): Promise<readonly FoundPoint[]> => {
      refuseTooLarge(run, [query]);
      return findPoints(run, query);
    };
    return queryGroups({ ...run, run: find }, request);
  });
}

/** The points that a query finds: resolve, search, combine, in this order and once. */
async function findPoints(run: QueryRun, request: QueryPoints): Promise<readonly FoundPoint[]> {
  const { step, skipped } = await resolveRoot(run, request);
  return (await findAtRoot(run, step)).slice(skipped);
}

/** The tree of a request: what its root is to find, and how much of that is not shown. */
export async function resolveRoot(
  source: QuerySource,
  request: QueryPoints,
): Promise<{ readonly step: ResolvedStep; readonly skipped: number }> {
  refuseShardKeys(request.shardKeys);
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

/** What the root finds in all shards. Fusion at the root ranks what all shards have found together, fusion below does not. */
export async function findAtRoot(run: QueryRun, root: ResolvedStep): Promise<readonly FoundPoint[]> {
  if (root.kind === 'unranked') return findUnrankedInAll(run, root);
  if (root.kind === 'fusion') return combineSources(root, await sourcesInAll(run, root));
  const lists = await settleAll(run.shards.map((shard) => candidatesInShard(run, shard, root)));
  const ranking = rankingOf(root);
  const count = root.kind === 'vector' ? candidateCount(root) : root.limit;
  const best = cut(mergeRanked(lists, ranking), ranking, count, undefined);
  return diversified(run, root, best);
}

/** What a step finds in all shards, each by itself. */
async function findInAll(run: QueryRun, step: ResolvedStep): Promise<readonly FoundPoint[]> {
  if (step.kind === 'unranked') return findUnrankedInAll(run, step);
  const lists = await settleAll(run.shards.map((shard) => findInShard(run, shard, step)));
  const ranking = rankingOf(step);
  return cut(mergeRanked(lists, ranking), ranking, step.limit, undefined);
}

async function findUnrankedInAll(run: QueryRun, step: UnrankedStep): Promise<readonly FoundPoint[]> {
  const among = step.prefetch.length === 0 ? undefined : pointsOf(await sourcesInAll(run, step));
  return findUnranked(run, run.shards, step, among);
}

function sourcesInAll(run: QueryRun, { prefetch }: ResolvedStep): Promise<Sources> {
  return settleInLanes(prefetch, LANES, (source) => findInAll(run, source));
}
