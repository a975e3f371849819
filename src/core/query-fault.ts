import { badInput, badRequest, limitExceeded, type VectorizerError } from './errors.ts';
import type { QueryStep, VectorQuery } from './query.ts';
import { PREFETCHES_MAX } from './request-limits.ts';

/**
 * What Qdrant finds wrong with queries once they are read (SEMANTICS.md 3.1): rules of each step, from the root down, then
 * what its planner has to say. Only the first finding counts.
 */

/** Prefetches above prefetches. */
const DEPTH_MAX = 64;

/** The first thing that is wrong with the queries of a request, or undefined. */
export function queryFault(queries: readonly QueryStep[]): VectorizerError | undefined {
  return firstFault(queries, (query) => fault(query, stepFault)) ?? firstFault(queries, planFault);
}

/** What the older form of a recommendation is refused for: without the examples that its strategy needs it is none. */
export function olderRecommendFault({
  strategy,
  positive,
  negative,
}: Extract<VectorQuery<unknown>, { readonly kind: 'recommend' }>): VectorizerError | undefined {
  if (strategy === 'average_vector' && positive.length === 0) {
    return badRequest('At least one positive vector ID required with this strategy');
  }
  return positive.length + negative.length > 0
    ? undefined
    : badRequest('At least one positive or negative vector ID required with this strategy');
}

function firstFault(
  steps: readonly QueryStep[],
  faultOf: (step: QueryStep) => VectorizerError | undefined,
): VectorizerError | undefined {
  for (const step of steps) {
    const found = faultOf(step);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The fault of a step, or of those below it. */
function fault(
  step: QueryStep,
  faultOf: (step: QueryStep) => VectorizerError | undefined,
): VectorizerError | undefined {
  return faultOf(step) ?? firstFault(step.prefetch, (below) => fault(below, faultOf));
}

function stepFault({ query, prefetch, scoreThreshold, using }: QueryStep): VectorizerError | undefined {
  const hasThreshold = scoreThreshold !== undefined;
  if (query === undefined) {
    if (prefetch.length > 0) {
      return badRequest("A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
    }
    return hasThreshold ? badRequest(THRESHOLD_WITHOUT_QUERY) : undefined;
  }
  if (query.kind === 'fusion' && using !== '') {
    return badRequest("Fusion queries cannot be combined with the 'using' field.");
  }
  if (query.kind === 'order_by' && hasThreshold) {
    return badRequest("Can't use score_threshold with an order_by query.");
  }
  if (query.kind === 'recommend' && query.strategy === 'average_vector' && query.positive.length === 0) {
    return badInput('Positive vectors should not be empty with `average` strategy');
  }
  return undefined;
}

const THRESHOLD_WITHOUT_QUERY =
  "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.";

function planFault(query: QueryStep): VectorizerError | undefined {
  const { depth, count } = extentOf(query.prefetch);
  if (depth > DEPTH_MAX) return invalid(`prefetches depth ${depth} exceeds max depth ${DEPTH_MAX}`);
  if (count > PREFETCHES_MAX) return limitExceeded('prefetches', count, PREFETCHES_MAX);
  return fault(query, mergeFault);
}

/** How deep and how many prefetches are. Recursive: no body that is read is deeper than 127 levels. */
function extentOf(prefetch: readonly QueryStep[]): { readonly depth: number; readonly count: number } {
  let depth = 0;
  let count = prefetch.length;
  for (const step of prefetch) {
    const below = extentOf(step.prefetch);
    depth = Math.max(depth, 1 + below.depth);
    count += below.count;
  }
  return { depth, count };
}

/** Queries that make something of what prefetches found. */
function mergeFault({ query, prefetch }: QueryStep): VectorizerError | undefined {
  if (query?.kind !== 'fusion' && query?.kind !== 'formula') return undefined;
  if (prefetch.length === 0) {
    const name = query.kind === 'fusion' ? 'Fusion' : 'Formula';
    return invalid(`cannot apply ${name} without prefetches`);
  }
  if (query.kind === 'formula' || query.fusion.kind !== 'rrf') return undefined;
  const { weights } = query.fusion;
  if (weights === undefined || weights.length === prefetch.length) return undefined;
  // The words are ours: nothing of Qdrant's tells them.
  return invalid(`RRF weights length (${weights.length}) must match number of prefetches (${prefetch.length})`);
}

function invalid(finding: string): VectorizerError {
  return badInput(`Validation failed: ${finding}`);
}
