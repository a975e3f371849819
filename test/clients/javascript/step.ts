import { QdrantClient } from '@qdrant/js-client-grpc';
import type { Json } from '../rest/canonical.ts';
import { failure } from './canonical.ts';

type Api<Name extends 'collections' | 'points' | 'snapshots'> = ReturnType<typeof QdrantClient.prototype.api<Name>>;

const [host = '127.0.0.1', port = '6334'] = process.argv.slice(2);

export const client: QdrantClient = new QdrantClient({ host, port: Number(port), checkCompatibility: false });
export const collections: Api<'collections'> = timed(client.api('collections'));
export const points: Api<'points'> = timed(client.api('points'));
export const snapshots: Api<'snapshots'> = timed(client.api('snapshots'));

/** Its methods with a check of what the steps do not look at: each answer has a time, and none a usage. */
function timed<T extends object>(api: T): T {
  return new Proxy(api, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver) as (...words: unknown[]) => Promise<object>;
      return async (...words: unknown[]) => checkedReply(await method.apply(target, words));
    },
  });
}

function checkedReply(reply: { readonly time?: number; readonly usage?: unknown }): object {
  if (!(reply.time !== undefined && reply.time > 0 && reply.time < 60)) throw new Error(`time ${String(reply.time)}`);
  // SURFACE.md section 2: only where there is something to say, which takes hardware_reporting.
  if (reply.usage !== undefined) throw new Error('usage without a reason');
  return reply;
}

export const ITEMS = 'items';
export const UUID = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
export const QUERY: number[] = [0.3, 0.5, 0.2, 0.4];
export const BIG = 9_007_199_254_740_993n;
export const LARGEST = 18_446_744_073_709_551_615n;

/** One case of a oneof. */
export function one<Case extends string, Value>(kind: Case, value: Value): { case: Case; value: Value } {
  return { case: kind, value };
}

/** One step: the answer in the canonical form, or the error. */
export async function step(name: string, run: () => Promise<Json>): Promise<void> {
  const answer = await run().catch(failure);
  process.stdout.write(`${JSON.stringify({ step: name, answer })}\n`);
}

export function skip(name: string, reason: string): void {
  process.stdout.write(`${JSON.stringify({ step: name, skipped: reason })}\n`);
}
