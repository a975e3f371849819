import { type Context, refuseAborted } from '../core/context.ts';
import { VectorizerError } from '../core/errors.ts';
import type { House } from './house.ts';
import type { Operation, StreamOperation } from './operation.ts';

/** The one way in: every door performs every operation through here. Throws timeout where a read takes too long. */
export async function perform<Request, Answer>(
  house: House,
  context: Context,
  operation: Operation<Request, Answer>,
  request: Request,
): Promise<Answer> {
  if (context.signal.aborted) throw new VectorizerError('timeout', `${operation.name} was cancelled before it began`);
  const seconds = operation.access === 'read' ? timeoutSecondsOf(request) : undefined;
  if (seconds === undefined) return operation.run(house, context, request);
  return withinSeconds(seconds, context, operation, (limited) => operation.run(house, limited, request));
}

/** The one way in for what answers piece by piece. The client's patience is the only limit of its time. */
export async function* performStream<Request, Item>(
  house: House,
  context: Context,
  operation: StreamOperation<Request, Item>,
  request: Request,
): AsyncGenerator<Item, void, undefined> {
  for await (const item of operation.run(house, context, request)) {
    refuseAborted(context.signal);
    yield item;
  }
}

/** Reads carry their own limit; a write's says how long it waits, and ends nothing. */
function timeoutSecondsOf(request: unknown): number | undefined {
  if (typeof request !== 'object' || request === null || !('timeoutSeconds' in request)) return undefined;
  return typeof request.timeoutSeconds === 'number' ? request.timeoutSeconds : undefined;
}

/** Node's timers take no more milliseconds than this. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * What Qdrant calls an operation where its time is up: 'Search' is on record (SEMANTICS 3.1), the others are the names in its
 * source as far as we know them.
 */
const TIMED_NAMES: Readonly<Record<string, string>> = {
  query_points: 'Search',
  query_groups: 'Search',
  search_matrix: 'Search',
  explain_query: 'Search',
  scroll_points: 'scroll_by_id',
  count_points: 'count',
  retrieve_points: 'retrieve',
  get_point: 'retrieve',
  facet_points: 'facet',
};

/** When the time is up, what has not begun is dropped and what runs on a thread ends at its next step; nobody waits for it. */
async function withinSeconds<Answer>(
  seconds: number,
  context: Context,
  { name }: { readonly name: string },
  run: (context: Context) => Promise<Answer>,
): Promise<Answer> {
  // Not AbortSignal.any: a signal and a listener of our own cost a quarter of the 5 µs, and leave nothing behind.
  const limit = new AbortController();
  const hangUp = (): void => limit.abort();
  context.signal.addEventListener('abort', hangUp);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => {
      late.reject(
        new VectorizerError(
          'timeout',
          `Timeout error: Operation '${TIMED_NAMES[name] ?? name}' timed out after ${seconds}s`,
        ),
      );
      limit.abort();
    },
    Math.min(seconds * 1000, TIMER_MAX_MS),
  );
  try {
    return await Promise.race([run({ ...context, signal: limit.signal }), late.promise]);
  } finally {
    context.signal.removeEventListener('abort', hangUp);
    clearTimeout(timer);
  }
}
