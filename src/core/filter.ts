import type { PointId } from './ids.ts';
import type { JsonPath } from './json-path.ts';

/**
 * What a user can ask of a point's payload, after parsing. The four clauses must all hold; an empty list imposes nothing.
 * Plain data: it survives a structured clone, and `filter-text.ts` writes it into the log.
 * Source: SEMANTICS.md 2.
 */
export interface Filter {
  readonly must: readonly Condition[];
  /** At least one, if there are any. */
  readonly should: readonly Condition[];
  readonly mustNot: readonly Condition[];
  readonly minShould: MinShould | undefined;
}

/** At least `minCount` of the conditions; fewer conditions than that: nothing matches. */
export interface MinShould {
  readonly conditions: readonly Condition[];
  readonly minCount: number;
}

export type Condition =
  | { readonly kind: 'filter'; readonly filter: Filter }
  | FieldCondition
  /** All values at the path are null or `[]`, or there are none. */
  | { readonly kind: 'is_empty'; readonly path: JsonPath }
  /** Some value at the path is null; the elements of an array are not looked at. */
  | { readonly kind: 'is_null'; readonly path: JsonPath }
  | { readonly kind: 'has_id'; readonly ids: readonly PointId[] }
  /** '' = the default vector. */
  | { readonly kind: 'has_vector'; readonly name: string }
  /** Some object among the elements at the path (which ends in `[]`) satisfies the whole filter. */
  | { readonly kind: 'nested'; readonly path: JsonPath; readonly filter: Filter }
  /** The hash of the id, modulo `total`, is `index`. */
  | { readonly kind: 'slice'; readonly total: number; readonly index: number };

/** The values at a path satisfy one of the predicates; there is at least one predicate. */
export interface FieldCondition {
  readonly kind: 'field';
  readonly path: JsonPath;
  readonly predicates: readonly FieldPredicate[];
}

/** A JSON scalar that can be matched; integers are within 64 bits, signed. */
export type MatchValue = string | boolean | bigint;

/** Values of one type. An empty list has no type: `strings`. */
export type MatchValues =
  | { readonly type: 'strings'; readonly values: readonly string[] }
  | { readonly type: 'integers'; readonly values: readonly bigint[] };

/** undefined: no such bound. */
export interface Bounds<T> {
  readonly lt: T | undefined;
  readonly gt: T | undefined;
  readonly lte: T | undefined;
  readonly gte: T | undefined;
}

/** Degrees. */
export interface GeoPoint {
  readonly lon: number;
  readonly lat: number;
}

export type FieldPredicate =
  | { readonly kind: 'value'; readonly value: MatchValue }
  | { readonly kind: 'any'; readonly values: MatchValues }
  | { readonly kind: 'except'; readonly values: MatchValues }
  | { readonly kind: 'text' | 'text_any' | 'phrase' | 'prefix'; readonly text: string }
  | { readonly kind: 'range'; readonly bounds: Bounds<number> }
  /** Microseconds since 1970, UTC. */
  | { readonly kind: 'datetime_range'; readonly bounds: Bounds<bigint> }
  | { readonly kind: 'geo_box'; readonly topLeft: GeoPoint; readonly bottomRight: GeoPoint }
  | { readonly kind: 'geo_radius'; readonly center: GeoPoint; readonly radiusMetres: number }
  /** Rings are closed: the last point is the first. */
  | {
      readonly kind: 'geo_polygon';
      readonly exterior: readonly GeoPoint[];
      readonly interiors: readonly (readonly GeoPoint[])[];
    }
  | { readonly kind: 'values_count'; readonly bounds: Bounds<number> }
  | { readonly kind: 'is_empty'; readonly value: boolean }
  | { readonly kind: 'is_null'; readonly value: boolean };

/** Predicates that count alone where they stand beside others, the first first. */
const ALONE: readonly FieldPredicate['kind'][] = ['values_count', 'is_empty', 'is_null'];

/** What of the predicates of one field condition counts (SEMANTICS.md 2.1). */
export function effectivePredicates(predicates: readonly FieldPredicate[]): readonly FieldPredicate[] {
  if (predicates.length < 2) return predicates;
  for (const kind of ALONE) {
    const found = predicates.find((predicate) => predicate.kind === kind);
    if (found !== undefined) return [found];
  }
  return predicates;
}

/** Matches every point. */
export const EVERYTHING: Filter = { must: [], should: [], mustNot: [], minShould: undefined };

/** Whether there is a filter, and it imposes anything at all. */
export function imposes(filter: Filter | undefined): filter is Filter {
  if (filter === undefined) return false;
  const { must, should, mustNot, minShould } = filter;
  return must.length > 0 || should.length > 0 || mustNot.length > 0 || minShould !== undefined;
}

/** Both at once, as Qdrant joins them: clause by clause, so that two lists of `should` become one (SEMANTICS.md 2.1). */
export function joinFilters(first: Filter | undefined, second: Filter | undefined): Filter | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    must: [...first.must, ...second.must],
    should: [...first.should, ...second.should],
    mustNot: [...first.mustNot, ...second.mustNot],
    minShould: joinMinShould(first.minShould, second.minShould),
  };
}

function joinMinShould(first: MinShould | undefined, second: MinShould | undefined): MinShould | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    conditions: [...first.conditions, ...second.conditions],
    minCount: Math.max(first.minCount, second.minCount),
  };
}
