import { Slice } from '../../base/slice.ts';
import type { CollectionConfig } from '../../core/collection-config.ts';
import { limitExceeded, notFound } from '../../core/errors.ts';
import { refuseAborted } from '../../core/context.ts';
import type { SearchTarget } from '../../core/example-scoring.ts';
import { joinFilters, type Filter } from '../../core/filter.ts';
import { idText, type PointId } from '../../core/ids.ts';
import type { Example, Pair, QueryStep, VectorQuery } from '../../core/query.ts';
import type { Vector } from '../../core/vectors.ts';
import { asRows, targetOf } from '../../query/search-target.ts';
import { acceptQuery } from '../accept-vectors.ts';
import { findPoint } from '../find-point.ts';
import { inferVector, type ThreadCall } from '../inference.ts';
import type { Shard } from '../shard.ts';
import { checkVectorName, distanceOf, unknownVectorName } from '../vector-names.ts';
import type { ResolvedStep, StepBasis } from './resolved-step.ts';

/** A collection that examples are looked up in. */
export interface ExampleSource {
  readonly shards: readonly Shard[];
  readonly config: CollectionConfig;
}

/** Where the vectors of examples come from. */
export interface ResolveSource extends ExampleSource {
  /** Another collection by name. */
  readonly lookup: (name: string) => ExampleSource | undefined;
  readonly onThread: ThreadCall;
  readonly signal: AbortSignal;
}

/**
 * Gives every step of a query the vectors that it is about, and leaves the filters of all steps above. Throws bad_input on
 * a vector that its field cannot be searched with, not_found on an example that is not there.
 */
export async function resolve(source: ResolveSource, root: QueryStep): Promise<ResolvedStep> {
  const excluded: PointId[] = [];
  return resolveStep({ source, excluded, slice: new Slice(), valueCount: 0 }, root, undefined);
}

/** Numbers of all vectors that a query is about, together: 5,000 examples of 768 dimensions, and some ten milliseconds. */
const VALUES_MAX = 4_194_304;

/** A request that is being resolved. */
interface Resolving {
  readonly source: ResolveSource;
  /** Points of this collection that were met as examples: complete once all steps are resolved. */
  readonly excluded: PointId[];
  readonly slice: Slice;
  valueCount: number;
}

async function resolveStep(resolving: Resolving, step: QueryStep, above: Filter | undefined): Promise<ResolvedStep> {
  const { query, limit, scoreThreshold, params } = step;
  const filter = joinFilters(above, step.filter);
  const prefetch: ResolvedStep[] = [];
  for (const source of step.prefetch) prefetch.push(await resolveStep(resolving, source, filter));
  const basis: StepBasis = { prefetch, limit, scoreThreshold, filter, params, excluded: resolving.excluded };
  switch (query?.kind) {
    case undefined:
      return { ...basis, kind: 'unranked', order: 'id' };
    case 'sample':
      return { ...basis, kind: 'unranked', order: 'random' };
    case 'order_by':
      return { ...basis, kind: 'unranked', order: query.orderBy };
    case 'fusion':
      return { ...basis, kind: 'fusion', fusion: query.fusion };
    case 'formula':
      return { ...basis, kind: 'formula', formula: query.formula };
    case 'nearest':
    case 'recommend':
    case 'discover':
    case 'context':
    case 'feedback': {
      const { using } = step;
      const { config } = resolving.source;
      const distance = distanceOf(using, config);
      if (distance === undefined) throw unknownVectorName(using);
      const given = await withVectors(query, (example) => vectorOf(resolving, step, example));
      const isEmpty = given.kind === 'context' && given.context.length === 0;
      const target = isEmpty
        ? indifferent(using, config)
        : targetOf(given, (vector) => acceptQuery(vector, using, config));
      const mmr = query.kind === 'nearest' ? query.mmr : undefined;
      return { ...basis, kind: 'vector', using, distance, target, mmr };
    }
  }
}

type Translate = (example: Example) => Vector | Promise<Vector>;

/** The same query with vectors in the place of examples. */
async function withVectors(query: VectorQuery<Example>, vectorOf: Translate): Promise<VectorQuery<Vector>> {
  const all = async (examples: readonly Example[]): Promise<Vector[]> => {
    const vectors: Vector[] = [];
    for (const example of examples) vectors.push(await vectorOf(example));
    return vectors;
  };
  const pairs = async (context: readonly Pair<Example>[]): Promise<Pair<Vector>[]> => {
    const vectors = await all(context.flatMap(({ positive, negative }) => [positive, negative]));
    return context.map((_, at) => ({ positive: vectors[2 * at] as Vector, negative: vectors[2 * at + 1] as Vector }));
  };
  switch (query.kind) {
    case 'nearest':
      return { ...query, example: await vectorOf(query.example) };
    case 'recommend':
      return { ...query, positive: await all(query.positive), negative: await all(query.negative) };
    case 'discover':
      return { ...query, target: await vectorOf(query.target), context: await pairs(query.context) };
    case 'context':
      return { ...query, context: await pairs(query.context) };
    case 'feedback': {
      const vectors = await all(query.feedback.map(({ example }) => example));
      const feedback = query.feedback.map(({ score }, at) => ({ example: vectors[at] as Vector, score }));
      return { ...query, target: await vectorOf(query.target), feedback };
    }
  }
}

/** A context of no pairs finds any points that have a vector, with score 0. */
function indifferent(using: string, { params }: CollectionConfig): SearchTarget {
  const field = params.vectors.find(({ name }) => name === using);
  const values = new Float32Array(field?.size ?? 0);
  const dense: Vector = { kind: 'dense', values };
  const example: Vector =
    field === undefined
      ? { kind: 'sparse', indices: new Uint32Array(0), values }
      : asRows(dense, field.multivector ? values.length : undefined);
  return { kind: 'examples', examples: [example], scoring: { kind: 'linear', weights: Float32Array.of(0) } };
}

/** The vector that an example stands for, as it was given. Throws bad_request where a query has too many of them. */
async function vectorOf(resolving: Resolving, step: QueryStep, example: Example): Promise<Vector> {
  const { source, slice } = resolving;
  const vector = await lookUp(resolving, step, example);
  resolving.valueCount += vector.values.length;
  if (resolving.valueCount > VALUES_MAX) throw limitExceeded('values of examples', resolving.valueCount, VALUES_MAX);
  if (slice.isOver) {
    await slice.turn();
    refuseAborted(source.signal);
  }
  return vector;
}

/** Points of this collection are noted. */
async function lookUp({ source, excluded }: Resolving, step: QueryStep, example: Example): Promise<Vector> {
  switch (example.kind) {
    case 'vector':
      return example.vector;
    case 'inference':
      return inferVector(example.object, source.onThread);
    case 'id': {
      const { using, lookupFrom } = step;
      const other = lookupFrom === undefined ? source : otherCollection(source, lookupFrom.collection);
      if (other.shards === source.shards) excluded.push(example.id);
      return storedVector(other, example.id, lookupFrom?.vector ?? using);
    }
  }
}

/** Throws not_found. */
export function otherCollection({ lookup }: Pick<ResolveSource, 'lookup'>, name: string): ExampleSource {
  const source = lookup(name);
  if (source === undefined) throw notFound(`Collection ${name} not found`);
  return source;
}

function storedVector({ shards, config }: ExampleSource, id: PointId, name: string): Vector {
  checkVectorName(name, config);
  const found = findPoint(shards, id);
  if (found === undefined) throw notFound(`No point with id ${idText(id)} found`);
  const vector = found.segment.vectorAt(found.row, name);
  if (vector === undefined) throw notFound(`Vector with name "${name}" for point not found`);
  return vector;
}
