import { setBit } from '../../base/bitset.ts';
import { settleInLanes } from '../../base/settle-all.ts';
import { refuseAborted } from '../../core/context.ts';
import { idKey, type PointId } from '../../core/ids.ts';
import { fuse } from '../../query/fuse.ts';
import { cut, MADE_RANKING } from '../../query/ranking.ts';
import type { Segment } from '../../segments/segment.ts';
import { AdmittedRows } from '../admitted-rows.ts';
import type { Shard } from '../shard.ts';
import { scoreByFormula } from './formula-step.ts';
import type { FoundPoint } from './found-point.ts';
import { diversify } from './mmr.ts';
import type { QueryRun } from './query-run.ts';
import {
  candidateCount,
  type FormulaStep,
  type FusionStep,
  type ResolvedStep,
  type VectorStep,
} from './resolved-step.ts';
import { searchShard } from './search-shard.ts';
import { findUnranked } from './unranked.ts';

/** Queries and prefetches under way at once: enough for the threads; of more the garbage collector would copy what dies soon. */
export const LANES = 16;

/** Lists of found points, one for each prefetch of a step. */
export type Sources = readonly (readonly FoundPoint[])[];

/** What a step finds in one shard, best first, at most its limit. */
export async function findInShard(run: QueryRun, shard: Shard, step: ResolvedStep): Promise<readonly FoundPoint[]> {
  return diversified(run, step, await candidatesInShard(run, shard, step));
}

/** What a step chooses of its candidates: all, but with maximal marginal relevance. */
export async function diversified(
  run: QueryRun,
  step: ResolvedStep,
  candidates: readonly FoundPoint[],
): Promise<readonly FoundPoint[]> {
  if (step.kind !== 'vector' || step.mmr === undefined) return candidates;
  const { using, distance, limit, mmr } = step;
  return diversify(run, { using, distance, diversity: mmr.diversity, limit }, candidates);
}

/** The same before maximal marginal relevance chooses from it. */
export async function candidatesInShard(
  run: QueryRun,
  shard: Shard,
  step: ResolvedStep,
): Promise<readonly FoundPoint[]> {
  refuseAborted(run.signal);
  const begunMs = run.trace === undefined ? 0 : performance.now();
  const isLeaf = step.kind === 'vector' && step.prefetch.length === 0;
  const found = isLeaf
    ? await run.leaves.find(run, shard, step, candidateCount(step))
    : await overSources(
        run,
        shard,
        step,
        await settleInLanes(step.prefetch, LANES, (source) => findInShard(run, shard, source)),
      );
  if (run.trace !== undefined) Object.assign(run.trace.of(step, shard), { found, ms: performance.now() - begunMs });
  return found;
}

/** What a step makes of what its prefetches have found in a shard. */
export function overSources(
  run: QueryRun,
  shard: Shard,
  step: ResolvedStep,
  sources: Sources,
): Promise<readonly FoundPoint[]> | readonly FoundPoint[] {
  switch (step.kind) {
    case 'vector':
      return rescore(run, shard, step, sources);
    case 'unranked':
      return findUnranked(run, [shard], step, sources.length === 0 ? undefined : pointsOf(sources));
    case 'fusion':
      return combineSources(step, sources);
    case 'formula':
      return scoreSources(run, shard, step, sources);
  }
}

/** One list of what a step's prefetches have found. */
export function combineSources({ fusion, limit, scoreThreshold }: FusionStep, sources: Sources): readonly FoundPoint[] {
  const fused = cut(fuse(sources, fusion), MADE_RANKING, limit, scoreThreshold);
  return fused.map(({ point, score }) => ({ ...point, score }));
}

/** Each point once, as the first list has it that does. */
export function pointsOf(sources: Sources): readonly FoundPoint[] {
  const points = new Map<number | string, FoundPoint>();
  for (const point of sources.flat()) {
    const key = idKey(point.id);
    if (!points.has(key)) points.set(key, point);
  }
  return [...points.values()];
}

/** A search among what was found. */
async function rescore(
  run: QueryRun,
  shard: Shard,
  step: VectorStep,
  sources: Sources,
): Promise<readonly FoundPoint[]> {
  const among = run.lease.hold(
    rowsOf(
      shard,
      pointsOf(sources).map(({ id }) => id),
    ),
  );
  among.retire();
  return searchShard(run, shard, step, candidateCount(step), among);
}

/** Where points stand now; those that are gone are left out. */
export function rowsOf(shard: Shard, ids: readonly PointId[]): AdmittedRows {
  const rows = new Map<Segment, Uint32Array>(
    shard.segments.map((segment) => [segment, new Uint32Array(Math.ceil(segment.rowCount / 32))]),
  );
  for (const id of ids) {
    const place = shard.find(id);
    const words = place === undefined ? undefined : rows.get(place.segment);
    if (place !== undefined && words !== undefined) setBit(words, place.row);
  }
  return new AdmittedRows(rows);
}

async function scoreSources(
  { signal }: QueryRun,
  shard: Shard,
  { formula, limit, scoreThreshold }: FormulaStep,
  sources: Sources,
): Promise<readonly FoundPoint[]> {
  const points = pointsOf(sources);
  const scores = sources.map((list) => new Map(list.map(({ id, score }) => [idKey(id), score])));
  const candidates = points.map((place) => {
    const key = idKey(place.id);
    return { place, scores: scores.map((list) => list.get(key)) };
  });
  const made = await scoreByFormula(formula, shard, candidates, signal);
  // Points that are gone meanwhile have no score.
  const scored = points
    .map((point, index) => ({ ...point, score: made[index] as number }))
    .filter(({ score }) => score > -Infinity);
  return cut(
    scored.sort((a, b) => b.score - a.score),
    MADE_RANKING,
    limit,
    scoreThreshold,
  );
}
