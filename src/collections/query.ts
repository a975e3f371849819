import type { ScoredPoint } from '../core/answers.ts';
import type { CollectionConfig, DenseVectorConfig } from '../core/collection-config.ts';
import type { Context } from '../core/context.ts';
import { normaliseRows } from '../core/distances.ts';
import { badInput, notFound, VectorizerError } from '../core/errors.ts';
import { idText, sameId, type PointId } from '../core/ids.ts';
import { type Filter, imposes } from '../core/filter.ts';
import type { QueryPoints } from '../core/requests.ts';
import { combine, type Hit, type ScoredHit } from '../query/combine.ts';
import { planSegment } from '../query/plan.ts';
import type { RowFilter, Segment } from '../segments/segment.ts';
import { checkVectorNames, hydrate } from './hydrate.ts';
import { shardOf } from './routing.ts';
import { scrollAsQuery } from './scroll.ts';
import type { Shard } from './shard.ts';

/** A hit with the shard that holds its payload. */
interface Place {
  readonly shard: Shard;
  readonly segment: Segment;
  /** undefined: every row may be returned. */
  readonly filter: RowFilter | undefined;
}

type PlacedHit = Hit<Place>;

/** What is searched for once ids have become vectors. */
interface ResolvedTarget {
  readonly vector: Float32Array;
  /** The point that was given as an example: never part of the answer. */
  readonly excluded: PointId | undefined;
}

/** Runs one query: resolve, plan, search, combine, hydrate, in this order and once. */
export async function runQuery(
  shards: readonly Shard[],
  config: CollectionConfig,
  context: Context,
  request: QueryPoints,
): Promise<ScoredPoint[]> {
  checkVectorNames(request.withVector, config);
  const { kind } = request.target;
  if (kind === 'scroll' || kind === 'order_by') return scrollAsQuery(shards, request, context.signal);
  const field = config.params.vectors.find(({ name }) => name === request.using);
  if (field === undefined) throw badInput(`Not existing vector name error: ${request.using}`);
  const target = resolve(shards, field, request);
  const { places, release } = await placesOf(shards, request.filter, context.signal);
  try {
    const lists = await Promise.all(
      places.map((place) => searchSegment(place, config, field, target, request, context)),
    );
    const { limit, offset, scoreThreshold } = request;
    const [only] = lists;
    const hits = withoutOldVersions(lists.length === 1 && only !== undefined ? only : lists.flat());
    const best = combine(hits, { distance: field.distance, limit, offset, threshold: scoreThreshold });
    return await answer(best, request);
  } finally {
    release();
  }
}

/** Where is searched: every segment with the rows that may be returned, all retained until `release`. */
async function placesOf(
  shards: readonly Shard[],
  filter: Filter | undefined,
  signal: AbortSignal,
): Promise<{ readonly places: readonly Place[]; readonly release: () => void }> {
  const matches = imposes(filter) ? await Promise.all(shards.map((shard) => shard.points.match(filter, signal))) : [];
  const rows = matches.map((matches) => matches.rows);
  const places = shards.flatMap((shard, index) =>
    shard.segments.map((segment) => ({ shard, segment, filter: rows[index]?.of(segment) })),
  );
  const retained = [...rows, ...places.map(({ segment }) => segment)];
  for (const each of retained) each.retain();
  const release = (): void => {
    for (const each of retained) each.release();
  };
  return { places, release };
}

function resolve(shards: readonly Shard[], field: DenseVectorConfig, request: QueryPoints): ResolvedTarget {
  const { target } = request;
  if (target.kind === 'id') {
    const found = shards[shardOf(target.id, shards.length)]?.find(target.id);
    if (found === undefined) throw notFound(`No point with id ${idText(target.id)} found`);
    const vector = found.segment.vectorAt(found.row);
    if (vector === undefined) throw notFound(`Vector with name "${field.name}" for point not found`);
    return { vector, excluded: target.id };
  }
  if (target.kind !== 'vector')
    throw new VectorizerError('internal', 'a query without a vector has nothing to resolve');
  const { vector } = target;
  if (vector.length !== field.size)
    throw badInput(`Vector dimension error: expected dim: ${field.size}, got ${vector.length}`);
  const query = field.distance === 'Cosine' ? vector.slice() : vector;
  const broken = normaliseRows(query, field.size, field.distance === 'Cosine');
  if (broken >= 0) throw badInput(`query: component ${broken} is not a finite number`);
  return { vector: query, excluded: undefined };
}

async function searchSegment(
  place: Place,
  config: CollectionConfig,
  field: DenseVectorConfig,
  target: ResolvedTarget,
  request: QueryPoints,
  context: Context,
): Promise<readonly PlacedHit[]> {
  const { shard, segment, filter } = place;
  const { excluded } = target;
  const plan = planSegment(segment.statistics, {
    candidates: request.limit + request.offset + (excluded === undefined ? 0 : 1),
    params: request.params,
    efConstruct: field.hnswConfig?.efConstruct ?? config.hnsw.efConstruct,
    unindexedBytesMax: Math.max(config.optimizers.indexingThreshold, config.hnsw.fullScanThreshold) * 1024,
  });
  const found = await segment.search({
    query: target.vector,
    plan,
    filter,
    signal: context.signal,
    exists: (id) => shard.find(id) !== undefined,
  });
  const hits: PlacedHit[] = [];
  for (const { row, id, raw } of found) {
    if (excluded === undefined || !sameId(id, excluded)) hits.push({ place, row, id, raw });
  }
  return hits;
}

/** Both versions of a point that was replaced during the search may have been seen: the new one stays. */
function withoutOldVersions(hits: readonly PlacedHit[]): readonly PlacedHit[] {
  const isOld = ({ place, row }: PlacedHit): boolean => place.segment.removed.has(row);
  if (!hits.some(isOld)) return hits;
  const current = new Set(hits.filter((hit) => !isOld(hit)).map((hit) => idText(hit.id)));
  return hits.filter((hit) => !isOld(hit) || !current.has(idText(hit.id)));
}

async function answer(hits: readonly ScoredHit<Place>[], request: QueryPoints): Promise<ScoredPoint[]> {
  const places = hits.map(({ id, row, place }) => ({ id, row, shard: place.shard, segment: place.segment }));
  const records = await hydrate(places, request.withPayload, request.withVector);
  return records.map(({ id, payload, vector }, index) => {
    const { place, row, score } = hits[index] as ScoredHit<Place>;
    return { id, version: place.segment.rows.versionAt(row), score, payload, vector };
  });
}
