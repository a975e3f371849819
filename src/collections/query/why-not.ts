import { asBuffer } from '../../base/json/stored-json.ts';
import type { Loss, WhyNot } from '../../core/explanation.ts';
import { type Condition, EVERYTHING, type Filter } from '../../core/filter.ts';
import { idKey, type PointId, sameId } from '../../core/ids.ts';
import { findPoint } from '../find-point.ts';
import type { Shard } from '../shard.ts';
import { pathOf } from './explained-path.ts';
import { FormulaConditions } from './formula-conditions.ts';
import type { FoundPoint } from './found-point.ts';
import { rankingOf, type ResolvedStep, type UnrankedStep, type VectorStep } from './resolved-step.ts';
import { searchShard } from './search-shard.ts';
import type { QueryRun } from './query-run.ts';
import { overSources, rowsOf, type Sources } from './shard-steps.ts';

/** A query that was carried out with a trace. */
export interface DoneQuery {
  readonly step: ResolvedStep;
  /** Points that stand before those that are shown. */
  readonly skipped: number;
  /** What the root has found, those that are skipped included. */
  readonly found: readonly FoundPoint[];
}

/** For each point what has kept it out of the answer, from the leaves of the tree up. */
export async function whyNot(run: QueryRun, query: DoneQuery, ids: readonly PointId[]): Promise<readonly WhyNot[]> {
  const answers: WhyNot[] = [];
  for (const id of ids) answers.push(await whyNotOne(run, query, id));
  return answers;
}

async function whyNotOne(run: QueryRun, query: DoneQuery, id: PointId): Promise<WhyNot> {
  const { step, skipped, found } = query;
  const rank = rankOf(found, id);
  if (rank > skipped) return { id, rank: rank - skipped, lost: [] };
  const lostAs = (reason: Loss['reason'], details: Partial<Loss> = {}): WhyNot => ({
    id,
    rank: undefined,
    lost: [loss('query', reason, details)],
  });
  if (rank > 0) return lostAs('offset', { score: found[rank - 1]?.score, rank });
  const shard = findPoint(run.shards, id)?.shard;
  if (shard === undefined) return lostAs('no_point');
  if (step.excluded.some((excluded) => sameId(excluded, id))) return lostAs('example');
  const lost = await lossesOf({ run, shard, id, root: query }, step, 'query');
  return { id, rank: undefined, lost };
}

/** A point that is looked for in the steps of a tree. */
interface Search {
  readonly run: QueryRun;
  readonly shard: Shard;
  readonly id: PointId;
  readonly root: DoneQuery;
}

/** What has lost a point on its way through a step; nothing where the step has found it. */
async function lossesOf(search: Search, step: ResolvedStep, path: string): Promise<readonly Loss[]> {
  const { run, shard, id, root } = search;
  const isRoot = step === root.step;
  const found = isRoot ? root.found : (run.trace?.of(step, shard).found ?? []);
  if (rankOf(found, id) > 0) return [];
  if (step.prefetch.length === 0) return [await lossOfLeaf(search, step, path, found)];
  const below: Loss[] = [];
  let isBelow = false;
  for (const [index, source] of step.prefetch.entries()) {
    const lost = await lossesOf(search, source, pathOf(path, index));
    below.push(...lost);
    if (lost.length === 0) isBelow = true;
  }
  return isBelow ? [...below, await lossOfMerge(search, step, path, found)] : below;
}

/** The prefetches have it, the step has not. */
async function lossOfMerge(
  { run, shard, id }: Search,
  step: ResolvedStep,
  path: string,
  found: readonly FoundPoint[],
): Promise<Loss> {
  if (step.kind === 'unranked') return loss(path, step.order === 'random' ? 'chance' : 'limit');
  const sources: Sources = step.prefetch.map((source) => run.trace?.of(source, shard).found ?? []);
  const all = {
    ...step,
    limit: Infinity,
    scoreThreshold: undefined,
    ...(step.kind === 'vector' && { mmr: undefined }),
  };
  const whole = await overSources({ ...run, trace: undefined }, shard, all, sources);
  const rank = rankOf(whole, id);
  return cutLoss(step, path, found, { score: whole[rank - 1]?.score, rank: rank === 0 ? undefined : rank });
}

async function lossOfLeaf(
  search: Search,
  step: ResolvedStep,
  path: string,
  found: readonly FoundPoint[],
): Promise<Loss> {
  const clause = failingClause(search, step.filter);
  if (step.kind === 'vector') {
    const place = search.shard.find(search.id);
    if (place?.segment.fieldNamed(step.using)?.has(place.row) !== true) return loss(path, 'no_vector');
    if (clause !== undefined) return loss(path, 'filter', { clause });
    const score = await scoreOf(search, step);
    return score === undefined ? loss(path, 'no_overlap') : cutLoss(step, path, found, { score });
  }
  if (clause !== undefined) return loss(path, 'filter', { clause });
  return step.kind === 'unranked' ? lossOfUnranked(step, path, found) : loss(path, 'limit');
}

function lossOfUnranked({ order, limit }: UnrankedStep, path: string, found: readonly FoundPoint[]): Loss {
  if (order === 'random') return loss(path, 'chance');
  // With room left every point with a value is there.
  return loss(path, order !== 'id' && found.length < limit ? 'no_value' : 'limit');
}

/** What a step compares the point by, without walking to it. */
async function scoreOf({ run, shard, id }: Search, step: VectorStep): Promise<number | undefined> {
  const alone = run.lease.hold(rowsOf(shard, [id]));
  alone.retire();
  const free = { ...step, scoreThreshold: undefined };
  const [found] = await searchShard({ ...run, trace: undefined }, shard, free, 1, alone);
  return found?.score;
}

/** By its score: below the threshold, behind the last that the step has found, or missed by a walk. */
function cutLoss(
  step: Exclude<ResolvedStep, UnrankedStep>,
  path: string,
  found: readonly FoundPoint[],
  { score, rank }: { readonly score: number | undefined; readonly rank?: number | undefined },
): Loss {
  const { scoreThreshold, limit } = step;
  const ranking = rankingOf(step);
  const lastScore = found.at(-1)?.score;
  const details = { score, rank, lastScore };
  if (score !== undefined && scoreThreshold !== undefined && !ranking.passes(score, scoreThreshold))
    return loss(path, 'threshold', details);
  const isDiverse = step.kind === 'vector' && step.mmr !== undefined;
  const isBetter =
    score !== undefined && (lastScore === undefined || (ranking.largerFirst ? score > lastScore : score < lastScore));
  const isMissed = step.kind === 'vector' && !isDiverse && (isBetter || found.length < limit);
  return loss(path, isMissed ? 'approximation' : 'limit', details);
}

/** The first clause of a filter that the point does not satisfy. */
function failingClause({ shard, id }: Search, filter: Filter | undefined): string | undefined {
  if (filter === undefined) return undefined;
  const clauses = clausesOf(filter);
  const conditions = new FormulaConditions(
    clauses.map(({ condition }) => condition),
    () => shard.points.filterContext(),
  );
  const place = shard.find(id);
  conditions.enter(place?.segment.rows.slotAt(place.row), asBuffer(shard.payloads.get(id)));
  return clauses.find((_, index) => !conditions.holds(index))?.name;
}

/** Each clause as a condition that must hold. */
function clausesOf(filter: Filter): readonly { readonly name: string; readonly condition: Condition }[] {
  const { must, should, mustNot, minShould } = filter;
  const whole = (part: Partial<Filter>): Condition => ({ kind: 'filter', filter: { ...EVERYTHING, ...part } });
  return [
    ...must.map((condition, index) => ({ name: `must[${index}]${subject(condition)}`, condition })),
    ...(should.length > 0 ? [{ name: 'should', condition: whole({ should }) }] : []),
    ...mustNot.map((condition, index) => ({
      name: `must_not[${index}]${subject(condition)}`,
      condition: whole({ mustNot: [condition] }),
    })),
    ...(minShould === undefined ? [] : [{ name: 'min_should', condition: whole({ minShould }) }]),
  ];
}

function subject(condition: Condition): string {
  return 'path' in condition ? `: ${condition.path.text}` : `: ${condition.kind}`;
}

/** From 1; 0 where the list does not have it. */
function rankOf(found: readonly FoundPoint[], id: PointId): number {
  const key = idKey(id);
  return found.findIndex((point) => idKey(point.id) === key) + 1;
}

function loss(path: string, reason: Loss['reason'], details: Partial<Loss> = {}): Loss {
  return { path, reason, clause: undefined, score: undefined, rank: undefined, lastScore: undefined, ...details };
}
