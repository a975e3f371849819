import type { ScoredPoint } from '../core/answers.ts';
import type { CollectionConfig, Distance } from '../core/collection-config.ts';
import type { Context } from '../core/context.ts';
import { badInput } from '../core/errors.ts';
import { type Filter, imposes } from '../core/filter.ts';
import { idText, sameId } from '../core/ids.ts';
import type { SearchParams } from '../core/query.ts';
import type { QueryPoints } from '../core/requests.ts';
import type { Vector } from '../core/vectors.ts';
import { combine, type Hit, type ScoredHit } from '../query/combine.ts';
import { planSegment } from '../query/plan.ts';
import type { Segment, SegmentField } from '../segments/segment.ts';
import type { AdmittedRows } from './admitted-rows.ts';
import { checkVectorNames, hydrate } from './hydrate.ts';
import { weighByRarity, weighsByRarity } from './idf.ts';
import { type QuerySource, resolve, type ResolvedTarget } from './resolve.ts';
import { scrollAsQuery } from './scroll.ts';
import type { Shard } from './shard.ts';

/** A field of a segment, with the shard that holds the payloads of its hits. */
interface Place {
  readonly shard: Shard;
  readonly segment: Segment;
  readonly field: SegmentField;
  /** undefined: every row may be returned. */
  readonly admitted: AdmittedRows | undefined;
  /** As this shard's vectors are searched. */
  readonly vector: Vector;
}

type PlacedHit = Hit<Place>;

/** Runs one query: resolve, plan, search, combine, hydrate, in this order and once. */
export async function runQuery(source: QuerySource, context: Context, request: QueryPoints): Promise<ScoredPoint[]> {
  const { shards, config } = source;
  checkVectorNames(request.withVector, config);
  const { query } = request;
  if (query === undefined || query.kind === 'order_by') return scrollAsQuery(shards, request, context.signal);
  const distance = distanceOf(request.using, config);
  const target = await resolve(source, request);
  const { places, release } = await placesOf(shards, config, request, target.vector, context.signal);
  try {
    const lists = await Promise.all(places.map((place) => searchPlace(place, config, target, request, context)));
    const { limit, offset, scoreThreshold } = request;
    const [only] = lists;
    const hits = withoutOldVersions(lists.length === 1 && only !== undefined ? only : lists.flat());
    const best = combine(hits, { distance, limit, offset, threshold: scoreThreshold });
    return await answer(best, request);
  } finally {
    release();
  }
}

/** Sparse vectors are compared by their dot product. Throws bad_input on a name that the collection does not have. */
function distanceOf(name: string, { params }: CollectionConfig): Distance {
  const field = params.vectors.find((field) => field.name === name);
  if (field !== undefined) return field.distance;
  if (params.sparseVectors.some((field) => field.name === name)) return 'Dot';
  throw badInput(`Not existing vector name error: ${name}`);
}

/** Where is searched: the field in every segment, with the rows that may be returned, all retained until `release`. */
async function placesOf(
  shards: readonly Shard[],
  config: CollectionConfig,
  { using, filter, params }: QueryPoints,
  vector: Vector,
  signal: AbortSignal,
): Promise<{ readonly places: readonly Place[]; readonly release: () => void }> {
  const weighs = weighsByRarity(using, config, params.idfCorpus !== undefined);
  const matches = await matching(shards, filter, signal);
  const corpora = weighs ? await matching(shards, params.idfCorpus, signal) : [];
  // From here to the retaining nothing is awaited: the rows are those of this moment.
  const rows = matches.map((matches) => matches.rows.retain());
  const corpusRows = corpora.map((matches) => matches.rows.retain());
  const retained: { release(): void }[] = [...rows, ...corpusRows];
  const release = (): void => {
    for (const each of retained) each.release();
  };
  try {
    const places = shards.flatMap((shard, index) => {
      const weighed = weighs ? weighByRarity(vector, using, shard, corpusRows[index]) : vector;
      return shard.segments.flatMap((segment): Place[] => {
        const field = segment.fieldNamed(using);
        return field === undefined ? [] : [{ shard, segment, field, admitted: rows[index], vector: weighed }];
      });
    });
    for (const { segment } of places) {
      segment.retain();
      retained.push(segment);
    }
    return { places, release };
  } catch (error) {
    // Caught to undo.
    release();
    throw error;
  }
}

function matching(
  shards: readonly Shard[],
  filter: Filter | undefined,
  signal: AbortSignal,
): Promise<readonly { readonly rows: AdmittedRows }[]> | readonly [] {
  return imposes(filter) ? Promise.all(shards.map((shard) => shard.points.match(filter, signal))) : [];
}

async function searchPlace(
  place: Place,
  config: CollectionConfig,
  { excluded }: ResolvedTarget,
  request: QueryPoints,
  context: Context,
): Promise<readonly PlacedHit[]> {
  const { shard, segment, field, admitted, vector } = place;
  const { spec } = field;
  const plan = planSegment(field.statistics, {
    candidates: request.limit + request.offset + (excluded === undefined ? 0 : 1),
    params: paramsFor(request, config),
    efConstruct: spec.kind === 'sparse' ? config.hnsw.efConstruct : spec.efConstruct,
    unindexedBytesMax: Math.max(config.optimizers.indexingThreshold, config.hnsw.fullScanThreshold) * 1024,
  });
  const found = await segment.search(field, {
    target: { kind: 'nearest', vector },
    plan,
    filter: admitted?.of(segment, field),
    signal: context.signal,
    exists: (id) => shard.find(id) !== undefined,
  });
  const hits: PlacedHit[] = [];
  for (const { row, id, raw } of found) {
    if (excluded === undefined || !sameId(id, excluded)) hits.push({ place, row, id, raw });
  }
  return hits;
}

/** Segments that are still quantised as the collection was before answer by the vectors themselves. */
function paramsFor({ params, using }: QueryPoints, config: CollectionConfig): SearchParams {
  const field = config.params.vectors.find(({ name }) => name === using);
  const isQuantised = (field?.quantization ?? config.quantization) !== undefined;
  return isQuantised ? params : { ...params, quantization: { ...params.quantization, ignore: true } };
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
  return records.map(({ id, payload, vectors }, index) => {
    const { place, row, score } = hits[index] as ScoredHit<Place>;
    return { id, version: place.segment.rows.versionAt(row), score, payload, vectors };
  });
}
