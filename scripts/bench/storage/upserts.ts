import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import { median } from '../server/at-recall.ts';
import { COLLECTION } from '../server/bench-server.ts';
import { uploadRequests } from '../server/bodies.ts';
import { forDuration, runLoad } from '../server/load.ts';
import type { StorageBench } from './part.ts';

const CONNECTIONS = 32;
const MEASURED_MS = 3000;
const FIRST_ID = 20_000_000;
/** About what a record of a small point takes in the log. */
const RECORD_BYTES = 256;
const SMALL = 'small';

/** Single-point upserts a second, each on the disk before its answer, beside what the disk alone can do one by one. */
export async function upsertsPart({ server, data, rounds }: StorageBench): Promise<void> {
  const small = { collection: SMALL, vectors: data.base.subarray(0, 4 * 5000), dimension: 4 };
  const large = {
    collection: COLLECTION,
    vectors: data.base.subarray(0, 5000 * data.dimension),
    dimension: data.dimension,
  };
  await server.createCollection(4, SMALL);
  const requests = [small, large].map((points) => {
    return [...uploadRequests({ ...points, batchRows: 1, firstId: FIRST_ID, wait: true })];
  });
  const rates: number[][] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    rates[0]?.push(syncsPerSecond(path.join(server.folder, 'sync-probe')));
    for (const [index, sent] of requests.entries()) {
      const next = forDuration(sent, MEASURED_MS);
      const result = await runLoad({ port: server.port, connections: CONNECTIONS, next });
      rates[index + 1]?.push((result.requests * 1000) / result.elapsedMs);
    }
  }
  const [disk = Number.NaN, four = Number.NaN, many = Number.NaN] = rates.map(median);
  console.log(`the disk alone: ${disk.toFixed(0)} writes of ${RECORD_BYTES} bytes with fdatasync a second, one by one`);
  console.log(
    `acknowledged upserts, ${CONNECTIONS} connections: ${four.toFixed(0)}/s of 4 numbers, ${many.toFixed(0)}/s of ${data.dimension}`,
  );
  console.log(`  ratio to the disk ${(four / disk).toFixed(2)} and ${(many / disk).toFixed(2)} (above 1)`);
}

function syncsPerSecond(file: string): number {
  const descriptor = openSync(file, 'w');
  const record = Buffer.alloc(RECORD_BYTES, 1);
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < MEASURED_MS / 3) {
    writeSync(descriptor, record);
    fdatasyncSync(descriptor);
    count++;
  }
  const elapsed = performance.now() - began;
  closeSync(descriptor);
  unlinkSync(file);
  return (count * 1000) / elapsed;
}
