/**
 * Single-point upserts a second, each on the disk before its answer.
 * `npm run bench:upserts -- [--dims 768] [--connections 32] [--seconds 5]`
 */
import { parseArgs } from 'node:util';
import { BenchServer, COLLECTION } from './bench-server.ts';
import { uploadRequests } from './bodies.ts';
import { cachedData } from '../engine/cached-data.ts';
import { describe } from './describe.ts';
import { forDuration, quantile, runLoad } from './load.ts';

const { values } = parseArgs({
  options: {
    dims: { type: 'string', default: '768' },
    connections: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '5' },
  },
});
const POINTS = 20_000;

const data = cachedData(POINTS, Number(values.dims));
console.log(describe(data));
const server = new BenchServer();
try {
  await server.start();
  await server.createCollection(data.dimension);
  for (const wait of [true, false]) {
    const { base: vectors, dimension } = data;
    const requests = [
      ...uploadRequests({ collection: COLLECTION, vectors, dimension, batchRows: 1, firstId: 0, wait }),
    ];
    const next = forDuration(requests, Number(values.seconds) * 1000);
    const result = await runLoad({ port: server.port, connections: Number(values.connections), next });
    const perSecond = Math.round((result.requests * 1000) / result.elapsedMs);
    const bar = wait ? '4,000 at least, Qdrant 4,260 without fsync' : 'Qdrant 10,350';
    console.log(`wait=${wait}: ${perSecond}/s, p95 ${quantile(result.latenciesMs, 0.95).toFixed(1)} ms (${bar})`);
  }
} finally {
  await server.discard();
}
