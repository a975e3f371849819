import type { DistanceMatrix } from '../../core/answers.ts';
import type { CollectionConfig } from '../../core/collection-config.ts';
import { shownScore } from '../../core/distances.ts';
import { badInput } from '../../core/errors.ts';
import { compareIds } from '../../core/ids.ts';
import type { SearchMatrix } from '../../core/requests.ts';
import type { Vector } from '../../core/vectors.ts';
import type { SegmentOptions } from '../../segments/segment.ts';
import { checkCount, hasVector, nearestRows } from '../../segments/vector-block.ts';
import type { Shard } from '../shard.ts';
import { distanceOf } from '../vector-names.ts';
import type { FoundPoint } from './found-point.ts';
import { Lease } from './lease.ts';
import { weighByRarity, weighsByRarity } from './idf.ts';
import { samplePoints } from './sample.ts';
import { refuseShardKeys } from './shard-keys.ts';

/** What a matrix asks of a collection. */
export interface MatrixSource {
  readonly shards: readonly Shard[];
  readonly config: CollectionConfig;
  readonly compute: SegmentOptions['compute'];
  /** `World.random`. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * The nearest neighbours of each of a random sample of points within the sample, ids ascending; of fewer than two points
 * nothing. Sparse vectors are neighbours where they have an index in common; with the idf modifier they are weighed as
 * queries of their shard.
 * Throws bad_input on a name that the collection does not have, and on more vectors than there is room for; timeout when
 * aborted.
 */
export async function distanceMatrix(source: MatrixSource, request: SearchMatrix): Promise<DistanceMatrix> {
  const { shards, config, compute, random, signal } = source;
  const { using, filter, sample, limit, shardKeys } = request;
  refuseShardKeys(shardKeys);
  const distance = distanceOf(using, config) ?? refuseName(using, config);
  const dimension = config.params.vectors.find(({ name }) => name === using)?.size ?? 1;
  checkCount(Math.min(sample, vectorCount(shards, using)), dimension);
  const drawn = await samplePoints(shards, { count: sample, filter, using, signal, random });
  const points = drawn.filter((point) => hasVector(point, using)).sort((a, b) => compareIds(a.id, b.id));
  if (points.length < 2) return NO_PAIRS;
  const lease = new Lease();
  try {
    for (const { segment } of points) lease.hold(segment);
    const compared = { rows: points, name: using, signal, weigh: weighing(points, using, config) };
    const { rows, columns, scores } = await nearestRows(compute, compared, limit);
    const ids = points.map(({ id }) => id);
    return { ids, rows, columns, scores: scores.map((raw) => shownScore(distance, raw)) };
  } finally {
    lease.release();
  }
}

const NO_PAIRS: DistanceMatrix = {
  ids: [],
  rows: new Uint32Array(0),
  columns: new Uint32Array(0),
  scores: new Float32Array(0),
};

/** Vectors of a name that can be found. */
function vectorCount(shards: readonly Shard[], name: string): number {
  const segments = shards.flatMap((shard) => shard.segments);
  return segments.reduce((count, segment) => count + (segment.fieldNamed(name)?.field.liveCount ?? 0), 0);
}

function weighing(
  points: readonly FoundPoint[],
  using: string,
  config: CollectionConfig,
): ((vector: Vector, index: number) => Vector) | undefined {
  if (!weighsByRarity(using, config, false)) return undefined;
  return (vector, index) => weighByRarity(vector, using, (points[index] as FoundPoint).shard, undefined);
}

/** A name that the collection does not have, in Qdrant's words for a matrix. */
function refuseName(name: string, { params }: CollectionConfig): never {
  const names = params.vectors.map(({ name }) => name).toSorted();
  if (names.length === 0) throw badInput('Vectors are not configured in this collection');
  if (names.length === 1 && names[0] === '')
    throw badInput(`Vector with name ${name} is not configured in this collection`);
  throw badInput(
    name === ''
      ? `Collection requires specified vector name in the request, available names: ${names.join(', ')}`
      : `Vector with name \`${name}\` is not configured in this collection, available names: ${names.join(', ')}`,
  );
}
