import { recall } from '../data.ts';
import type { Measured } from './at-recall.ts';
import { COLLECTION } from './bench-server.ts';
import { searchRequests } from './bodies.ts';
import { K, type BenchData } from '../engine/cached-data.ts';
import { forDuration, runLoad } from './load.ts';
import { RawConnection } from './raw-connection.ts';

export interface MeasureOptions {
  readonly port: number;
  readonly data: BenchData;
  readonly ef: number;
  readonly connections: number;
  readonly durationMs: number;
  /** JSON of the filter of a query; undefined = none. */
  readonly filter?: (query: number) => string;
}

/** Recall over all queries, untimed, then searches a second. */
export async function measureSearch(options: MeasureOptions): Promise<Measured> {
  const { port, data, ef, connections, durationMs, filter } = options;
  const { queries, dimension, truth } = data;
  const filtered = filter === undefined ? {} : { filter };
  const requests = searchRequests({ collection: COLLECTION, queries, dimension, ef, limit: K, ...filtered });
  const found = await foundIds(port, requests);
  const next = forDuration(requests, durationMs);
  const { requests: count, elapsedMs } = await runLoad({ port, connections, next });
  return { ef, recall: recall(found, truth, K), perSecond: (count * 1000) / elapsedMs };
}

async function foundIds(port: number, requests: readonly Buffer[]): Promise<Uint32Array> {
  const connection = await RawConnection.open(port);
  const found = new Uint32Array(requests.length * K);
  for (const [index, request] of requests.entries()) {
    const { status, body } = await connection.ask(request);
    if (status !== 200) throw new Error(body.toString());
    found.set(idsOf(body), index * K);
  }
  connection.close();
  return found;
}

/** Ids of the points of one answer, best first. */
export function idsOf(body: Buffer): readonly number[] {
  const { result } = JSON.parse(body.toString()) as { result: { points: readonly { readonly id: number }[] } };
  return result.points.map(({ id }) => id);
}
