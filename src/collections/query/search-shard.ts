import { settleAll } from '../../base/settle-all.ts';
import type { CollectionConfig } from '../../core/collection-config.ts';
import type { SearchTarget } from '../../core/example-scoring.ts';
import { type Filter, imposes } from '../../core/filter.ts';
import { idKey, type PointId } from '../../core/ids.ts';
import type { SearchParams } from '../../core/query.ts';
import type { Vector } from '../../core/vectors.ts';
import type { SearchReport } from '../../core/plan.ts';
import { combine } from '../../query/combine.ts';
import { planSegment } from '../../query/plan.ts';
import type { Segment, SegmentField, SegmentHit } from '../../segments/segment.ts';
import type { AdmittedRows } from '../admitted-rows.ts';
import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';
import { weighByRarity, weighsByRarity } from './idf.ts';
import type { Lease } from './lease.ts';
import type { QueryTrace, ShardTrace } from './query-trace.ts';
import { rankingOf, type VectorStep } from './resolved-step.ts';

/** What the steps of a request have in common. */
export interface SearchRun {
  readonly config: CollectionConfig;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** Only where somebody wants to know. */
  readonly trace: QueryTrace | undefined;
}

/** The field of a segment that is searched. */
interface Place {
  readonly segment: Segment;
  readonly field: SegmentField;
}

/**
 * The best points of one shard for a step that compares vectors, at most `limit`.
 * among  rows that may be found; undefined: those of the step's filter.
 */
export async function searchShard(
  run: SearchRun,
  shard: Shard,
  step: VectorStep,
  limit: number,
  among?: AdmittedRows,
): Promise<readonly FoundPoint[]> {
  const { using, params } = step;
  const weighs = weighsByRarity(using, run.config, params.idfCorpus !== undefined);
  const matches = among === undefined ? await matching(shard, step.filter, run.signal) : undefined;
  const corpus = weighs ? await matching(shard, params.idfCorpus, run.signal) : undefined;
  // From here to the searches nothing is awaited: the rows are those of this moment.
  const admitted = held(run.lease, among ?? matches?.rows);
  const corpusRows = held(run.lease, corpus?.rows);
  const target = weighs
    ? weighed(step.target, (vector) => weighByRarity(vector, using, shard, corpusRows))
    : step.target;
  const places = shard.segments.flatMap((segment): Place[] => {
    const field = segment.fieldNamed(using);
    return field === undefined ? [] : [{ segment: run.lease.hold(segment), field }];
  });
  const trace = run.trace?.of(step, shard);
  if (trace !== undefined && matches !== undefined && step.filter !== undefined)
    trace.filter = { estimated: shard.points.estimate(step.filter), matched: matches.count };
  const candidates = limit + step.excluded.length;
  const search = { target, candidates, params: paramsFor(step, run.config), admitted, trace };
  const lists = await settleAll(places.map((place) => searchPlace(run, shard, place, search)));
  const [only] = lists;
  const all = withoutOldVersions(lists.length === 1 && only !== undefined ? only : lists.flat());
  const cut = { ranking: rankingOf(step), limit, threshold: step.scoreThreshold };
  return combine(without(step.excluded, all), cut, ({ id, row, segment }, score) => ({
    id,
    shard,
    segment,
    row,
    score,
    version: segment.rows.versionAt(row),
  }));
}

function without(excluded: readonly PointId[], hits: readonly SegmentHit[]): readonly SegmentHit[] {
  if (excluded.length === 0) return hits;
  const keys = new Set(excluded.map(idKey));
  return hits.filter(({ id }) => !keys.has(idKey(id)));
}

function held(lease: Lease, rows: AdmittedRows | undefined): AdmittedRows | undefined {
  return rows === undefined ? undefined : lease.hold(rows);
}

function matching(
  shard: Shard,
  filter: Filter | undefined,
  signal: AbortSignal,
): Promise<{ readonly rows: AdmittedRows; readonly count: number }> | undefined {
  return imposes(filter) ? shard.points.match(filter, signal) : undefined;
}

function weighed(target: SearchTarget, weigh: (vector: Vector) => Vector): SearchTarget {
  return target.kind === 'nearest'
    ? { kind: 'nearest', vector: weigh(target.vector) }
    : { ...target, examples: target.examples.map(weigh) };
}

interface PlaceSearch {
  readonly target: SearchTarget;
  /** Rows wanted. */
  readonly candidates: number;
  readonly params: SearchParams;
  /** undefined: every row may be returned. */
  readonly admitted: AdmittedRows | undefined;
  readonly trace: ShardTrace | undefined;
}

async function searchPlace(
  { config, signal }: SearchRun,
  shard: Shard,
  place: Place,
  { target, candidates, params, admitted, trace }: PlaceSearch,
): Promise<readonly SegmentHit[]> {
  const { segment, field } = place;
  const { spec } = field;
  const plan = planSegment(field.statistics, {
    candidates,
    params,
    efConstruct: spec.kind === 'sparse' ? config.hnsw.efConstruct : spec.efConstruct,
    unindexedBytesMax: Math.max(config.optimizers.indexingThreshold, config.hnsw.fullScanThreshold) * 1024,
  });
  const exists = (id: PointId): boolean => shard.find(id) !== undefined;
  const begunMs = trace === undefined ? 0 : performance.now();
  // A field without vectors plans nothing.
  let told: SearchReport = { way: 'scan', scanned: 0, ef: undefined };
  const report = trace === undefined ? undefined : (given: SearchReport): void => void (told = given);
  const found = await segment.search(field, {
    target,
    plan,
    filter: admitted?.of(segment, field),
    signal,
    exists,
    report,
  });
  trace?.segments.push({
    segment: segment.number,
    vectors: field.statistics.liveCount,
    indexed: field.statistics.indexedCount,
    ...told,
    candidates: found.length,
    ms: performance.now() - begunMs,
  });
  return found;
}

/** Segments that are still quantised as the collection was before answer by the vectors themselves. */
function paramsFor({ params, using }: VectorStep, config: CollectionConfig): SearchParams {
  const field = config.params.vectors.find(({ name }) => name === using);
  const isQuantised = (field?.quantization ?? config.quantization) !== undefined;
  return isQuantised ? params : { ...params, quantization: { ...params.quantization, ignore: true } };
}

/** Both versions of a point that was replaced during the search may have been seen: the new one stays. */
function withoutOldVersions(hits: readonly SegmentHit[]): readonly SegmentHit[] {
  const isOld = ({ segment, row }: SegmentHit): boolean => segment.removed.has(row);
  if (!hits.some(isOld)) return hits;
  const current = new Set(hits.filter((hit) => !isOld(hit)).map((hit) => idKey(hit.id)));
  return hits.filter((hit) => !isOld(hit) || !current.has(idKey(hit.id)));
}
