import type { Filter } from './filter.ts';
import type { Formula } from './formula.ts';
import type { PointId } from './ids.ts';
import type { JsonPath } from './json-path.ts';
import type { QuantizationParams } from './quantization.ts';
import type { InferenceObject, Vector } from './vectors.ts';

/**
 * What a query looks for: a tree of steps, each of which makes a list of points. A step without prefetches looks among all
 * points; one with prefetches among what they have found (SEMANTICS.md 3).
 */

/** A vector, or what stands for one: the point that has it, or what a model makes it of. */
export type Example =
  | { readonly kind: 'vector'; readonly vector: Vector }
  | { readonly kind: 'id'; readonly id: PointId }
  | { readonly kind: 'inference'; readonly object: InferenceObject };

/** What is wanted and what is not. */
export interface Pair<Of> {
  readonly positive: Of;
  readonly negative: Of;
}

/** An example and how relevant somebody found it. */
export interface Feedback<Of> {
  readonly example: Of;
  readonly score: number;
}

/**
 * Maximal marginal relevance.
 * diversity        0 (relevance alone) … 1.
 * candidatesLimit  nearest points that are chosen from; undefined = the limit of the step.
 */
export interface Mmr {
  readonly diversity: number;
  readonly candidatesLimit: number | undefined;
}

export type RecommendStrategy = 'average_vector' | 'best_score' | 'sum_scores';

/** Queries that compare vectors with examples; `Of` is what stands for an example. */
export type VectorQuery<Of> =
  | { readonly kind: 'nearest'; readonly example: Of; readonly mmr: Mmr | undefined }
  | {
      readonly kind: 'recommend';
      readonly strategy: RecommendStrategy;
      readonly positive: readonly Of[];
      readonly negative: readonly Of[];
    }
  | { readonly kind: 'discover'; readonly target: Of; readonly context: readonly Pair<Of>[] }
  | { readonly kind: 'context'; readonly context: readonly Pair<Of>[] }
  /** The naive strategy: a, b and c as in SEMANTICS.md 3.2. */
  | {
      readonly kind: 'feedback';
      readonly target: Of;
      readonly feedback: readonly Feedback<Of>[];
      readonly a: number;
      readonly b: number;
      readonly c: number;
    };

/** How lists become one. weights: as many as there are prefetches; undefined = all 1. */
export type Fusion =
  | { readonly kind: 'rrf'; readonly k: number; readonly weights: readonly number[] | undefined }
  | { readonly kind: 'dbsf' };

/** Queries that compare no vectors. */
export type OtherQuery =
  | { readonly kind: 'order_by'; readonly orderBy: OrderBy }
  | { readonly kind: 'sample' }
  | { readonly kind: 'fusion'; readonly fusion: Fusion }
  | { readonly kind: 'formula'; readonly formula: Formula };

export type Query = VectorQuery<Example> | OtherQuery;

/** Where an order begins, inclusive; datetimes in microseconds since 1970. */
export type StartFrom =
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'datetime'; readonly value: bigint };

/** Order by the values of an indexed field. */
export interface OrderBy {
  readonly path: JsonPath;
  readonly direction: 'asc' | 'desc';
  readonly startFrom: StartFrom | undefined;
}

export interface SearchParams {
  readonly hnswEf: number | undefined;
  readonly exact: boolean;
  readonly indexedOnly: boolean;
  readonly quantization: QuantizationParams;
  /** Points that the document frequencies of a sparse vector with the idf modifier are counted over; undefined = all. */
  readonly idfCorpus: Filter | undefined;
}

/** Where the vectors of examples are looked up instead; `vector` undefined = the name that is searched. */
export interface LookupFrom {
  readonly collection: string;
  readonly vector: string | undefined;
}

/** One step of a query; a prefetch is one, and the query itself. */
export interface QueryStep {
  /** undefined: points by id, all scores 1. */
  readonly query: Query | undefined;
  readonly prefetch: readonly QueryStep[];
  /** Name of the vector field; '' = default. */
  readonly using: string;
  readonly lookupFrom: LookupFrom | undefined;
  readonly limit: number;
  readonly scoreThreshold: number | undefined;
  /** Holds for the leaves below as well. */
  readonly filter: Filter | undefined;
  readonly params: SearchParams;
}
