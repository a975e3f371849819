import { forMs } from '../server/against-idle.ts';
import { median } from '../server/at-recall.ts';
import { measureLoad, medianRate, shownRate, type Rate, type UnderTest } from '../server/rates.ts';
import { DistinctRequests } from './distinct-requests.ts';
import type { QueryBodies } from './query-bodies.ts';
import { queryRequest } from './query-cases.ts';

const ROUNDS = 3;
/** One request in so many is a write of a payload. */
const WRITES_EACH = [undefined, 100, 10];
const STAMPED = 1000;

export interface LeafCacheOptions {
  readonly server: UnderTest;
  readonly bodies: QueryBodies;
  readonly connections: number;
  readonly durationMs: number;
}

/** What `--leaf-cache-bytes` means: the environment of the server, and words for it. undefined = the server's own choice. */
export function leafCacheOf(bytes: string | undefined): {
  readonly environment: Readonly<Record<string, string>>;
  readonly shown: string;
} {
  return {
    environment: bytes === undefined ? {} : { QDRANT__STORAGE__PERFORMANCE__LEAF_CACHE_BYTES: bytes },
    shown: `leaf cache: ${bytes ?? 'as it comes'}`,
  };
}

/** Prints what keeping the results of leaves gains: the same hybrid request again and again, against ever new ones. */
export async function measureLeafCache({ server, bodies, connections, durationMs }: LeafCacheOptions): Promise<void> {
  const hybrid = Array.from({ length: STAMPED }, (_, index) => queryRequest('/points/query', bodies.hybrid(index)));
  const fresh = new DistinctRequests(hybrid);
  const same = new DistinctRequests(hybrid.slice(0, 1)).next();
  for (const each of WRITES_EACH) {
    const repeated: Rate[] = [];
    const others: Rate[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const mix = (next: () => Uint8Array): (() => Uint8Array | undefined) => forMs(withWrites(next, each), durationMs);
      repeated.push(
        await measureLoad(
          server,
          connections,
          mix(() => same),
        ),
      );
      others.push(
        await measureLoad(
          server,
          connections,
          mix(() => fresh.next()),
        ),
      );
    }
    const gain = median(repeated.map(({ perSecond }, at) => perSecond / (others[at]?.perSecond ?? Number.NaN)));
    const writes = each === undefined ? 'no writes' : `a write every ${each} requests`;
    console.log(
      `one hybrid request repeated, ${writes}: ${shownRate(medianRate(repeated))}, others each time: ${shownRate(medianRate(others))}; ${gain.toFixed(1)} times`,
    );
  }
}

function withWrites(next: () => Uint8Array, each: number | undefined): () => Uint8Array {
  let count = 0;
  return () => {
    count += 1;
    if (each === undefined || count % each !== 0) return next();
    return queryRequest('/points/payload?wait=true', `{"payload":{"year":${count % 1000}},"points":[${count % 1000}]}`);
  };
}
