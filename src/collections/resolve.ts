import type { CollectionConfig } from '../core/collection-config.ts';
import { badInput, notFound, VectorizerError } from '../core/errors.ts';
import { idText, type PointId } from '../core/ids.ts';
import type { LookupFrom } from '../core/query.ts';
import type { QueryPoints } from '../core/requests.ts';
import type { Vector } from '../core/vectors.ts';
import { acceptQuery } from './accept-vectors.ts';
import { inferVector, type ThreadCall } from './inference.ts';
import { shardOf } from './routing.ts';
import type { Shard } from './shard.ts';

/** A collection that examples are looked up in. */
export interface ExampleSource {
  readonly shards: readonly Shard[];
  readonly config: CollectionConfig;
}

/** What a query is run on. */
export interface QuerySource extends ExampleSource {
  /** Another collection by name. */
  readonly lookup: (name: string) => ExampleSource | undefined;
  readonly onThread: ThreadCall;
}

/** What is searched for once ids and texts have become vectors. */
export interface ResolvedTarget {
  /** As the field compares it. */
  readonly vector: Vector;
  /** The point that was given as an example: never part of the answer. */
  readonly excluded: PointId | undefined;
}

/**
 * The vector that a query is about. Throws bad_input on a vector that the field cannot be searched with, not_found on an
 * example that is not there.
 */
export async function resolve(
  source: QuerySource,
  { query, using, lookupFrom }: QueryPoints,
): Promise<ResolvedTarget> {
  const { config } = source;
  if (query?.kind !== 'nearest') throw new VectorizerError('internal', 'a query without a vector has nothing to resolve');
  const target = query.example;
  switch (target.kind) {
    case 'vector':
      return { vector: acceptQuery(target.vector, using, config), excluded: undefined };
    case 'inference':
      return {
        vector: acceptQuery(await inferVector(target.object, source.onThread), using, config),
        excluded: undefined,
      };
    case 'id': {
      if (lookupFrom === undefined)
        return { vector: acceptQuery(example(source, target.id, using), using, config), excluded: target.id };
      const other = otherSource(lookupFrom, source);
      const found = example(other, target.id, lookupFrom.vector ?? using);
      const isHere = other.shards === source.shards;
      return { vector: acceptQuery(found, using, config), excluded: isHere ? target.id : undefined };
    }
  }
}

function otherSource({ collection }: LookupFrom, { lookup }: QuerySource): ExampleSource {
  const source = lookup(collection);
  if (source === undefined) throw notFound(`Collection ${collection} not found`);
  return source;
}

function example({ shards, config }: ExampleSource, id: PointId, name: string): Vector {
  const { vectors, sparseVectors } = config.params;
  if (![...vectors, ...sparseVectors].some((field) => field.name === name))
    throw badInput(`Not existing vector name error: ${name}`);
  const found = shards[shardOf(id, shards.length)]?.find(id);
  if (found === undefined) throw notFound(`No point with id ${idText(id)} found`);
  const vector = found.segment.vectorAt(found.row, name);
  if (vector === undefined) throw notFound(`Vector with name "${name}" for point not found`);
  return vector;
}
