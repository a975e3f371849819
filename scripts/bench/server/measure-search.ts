import { recall } from '../data.ts';
import type { Measured } from './at-recall.ts';
import { COLLECTION } from './bench-server.ts';
import { searchRequests, type SearchWords } from './bodies.ts';
import { K, type BenchData } from '../engine/cached-data.ts';
import { forDuration, runLoad } from './load.ts';
import { RawConnection } from './raw-connection.ts';

export interface RecallOptions extends SearchWords {
  readonly port: number;
  readonly data: BenchData;
}

export interface MeasureOptions extends RecallOptions {
  readonly connections: number;
  readonly durationMs: number;
}

/** Recall over all queries, untimed, then searches a second. */
export async function measureSearch(options: MeasureOptions): Promise<Measured> {
  const recall = await measureRecall(options);
  return { ef: options.ef, recall, perSecond: await measureRate(options) };
}

/** Recall@10 over all queries, one at a time. */
export async function measureRecall(options: RecallOptions): Promise<number> {
  return recall(await foundIds(options.port, requestsOf(options)), options.data.truth, K);
}

/** Searches a second, over the queries in turn. */
export async function measureRate(options: MeasureOptions): Promise<number> {
  const { port, connections, durationMs } = options;
  const next = forDuration(requestsOf(options), durationMs);
  const { requests, elapsedMs } = await runLoad({ port, connections, next });
  return (requests * 1000) / elapsedMs;
}

function requestsOf(options: RecallOptions): readonly Buffer[] {
  const { queries, dimension } = options.data;
  return searchRequests({ ...options, collection: COLLECTION, queries, dimension, limit: K });
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
