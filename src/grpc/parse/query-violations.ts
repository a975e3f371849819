import { limitExceeded } from '../../core/errors.ts';
import { BODY_MAX } from '../../core/request-limits.ts';
import { Violations } from './violations.ts';

/** What is found in a request of queries; it counts what costs more than its bytes as well. */
export class QueryViolations extends Violations {
  readonly #taken = { 'queries and prefetches': 0, examples: 0 };

  /** Throws where the request has too many. */
  take(what: keyof typeof BODY_MAX, count: number): void {
    this.#taken[what] += count;
    if (this.#taken[what] > BODY_MAX[what]) throw limitExceeded(what, this.#taken[what], BODY_MAX[what]);
  }
}

/** Reads a request. What validation finds comes before what cannot be converted, as far as both have been met. */
export function validated<Request>(read: (violations: QueryViolations) => Request): Request {
  const violations = new QueryViolations();
  let request: Request;
  try {
    request = read(violations);
  } catch (error) {
    // To put first what Qdrant finds first.
    violations.finish();
    throw error;
  }
  violations.finish();
  return request;
}
