import { RawConnection } from './raw-connection.ts';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** The next request, or undefined when there are no more. */
  readonly next: () => Uint8Array | undefined;
}

export interface LoadResult {
  readonly requests: number;
  readonly elapsedMs: number;
  /** Milliseconds from sending to the whole answer, in order of the answers. */
  readonly latenciesMs: readonly number[];
}

/** Sends requests over `connections`, each waiting for its answer before the next, until `next` has no more. */
export async function runLoad({ port, connections, next }: LoadOptions): Promise<LoadResult> {
  const open = await Promise.all(Array.from({ length: connections }, () => RawConnection.open(port)));
  const latenciesMs: number[] = [];
  const started = performance.now();
  await Promise.all(open.map((connection) => drive(connection, next, latenciesMs)));
  const elapsedMs = performance.now() - started;
  for (const connection of open) connection.close();
  return { requests: latenciesMs.length, elapsedMs, latenciesMs };
}

function drive(connection: RawConnection, next: LoadOptions['next'], latenciesMs: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (): void => {
      const request = next();
      if (request === undefined) return resolve();
      const sent = performance.now();
      return connection.send(
        request,
        ({ status, body }) => {
          latenciesMs.push(performance.now() - sent);
          if (status === 200) step();
          else reject(new Error(`status ${status}: ${body.toString()}`));
        },
        reject,
      );
    };
    step();
  });
}

/** Goes round and round through `requests` for `durationMs`. */
export function forDuration(requests: readonly Uint8Array[], durationMs: number): LoadOptions['next'] {
  const end = performance.now() + durationMs;
  let at = 0;
  return () => {
    if (performance.now() >= end) return undefined;
    at = (at + 1) % requests.length;
    return requests[at];
  };
}

/** Each request once. */
export function once(requests: Iterable<Uint8Array>): LoadOptions['next'] {
  const iterator = requests[Symbol.iterator]();
  return () => {
    const { done, value } = iterator.next();
    return done === true ? undefined : value;
  };
}

/** The latency that `share` of the requests stay under. */
export function quantile(latenciesMs: readonly number[], share: number): number {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
