import type { BenchServer } from '../server/bench-server.ts';
import { COLLECTION } from '../server/bench-server.ts';
import { once, runLoad } from '../server/load.ts';
import { httpRequest } from '../server/raw-connection.ts';

const BATCH_BYTES = 1 << 20;

/** A collection without vectors, for benches of payloads alone, with `count` points of ids from 0. */
export async function loadPayloads(
  server: BenchServer,
  count: number,
  payload: (row: number) => string,
): Promise<{ readonly elapsedMs: number }> {
  await server.ask('PUT', `/collections/${COLLECTION}`, { vectors: {} });
  const next = once(payloadRequests(count, payload));
  const result = await runLoad({ port: server.port, connections: 2, next });
  // A write that waits stands behind all that do not.
  await server.ask('POST', `/collections/${COLLECTION}/points/payload/clear?wait=true`, { points: [0] });
  await server.ask('PUT', `/collections/${COLLECTION}/points/payload?wait=true`, {
    points: [0],
    payload: JSON.parse(payload(0)) as object,
  });
  return result;
}

function* payloadRequests(count: number, payload: (row: number) => string): Generator<Buffer> {
  let texts: string[] = [];
  let length = 0;
  for (let row = 0; row < count; row += 1) {
    const text = `{"id":${row},"vector":{},"payload":${payload(row)}}`;
    texts.push(text);
    length += text.length;
    if (length < BATCH_BYTES && row + 1 < count) continue;
    const body = Buffer.from(`{"points":[${texts.join(',')}]}`);
    yield httpRequest('PUT', `/collections/${COLLECTION}/points?wait=false`, body);
    texts = [];
    length = 0;
  }
}
