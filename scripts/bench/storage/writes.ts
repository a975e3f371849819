import { median } from '../server/at-recall.ts';
import { COLLECTION } from '../server/bench-server.ts';
import { uploadRequests } from '../server/bodies.ts';
import { forDuration, runLoad } from '../server/load.ts';
import { dropSnapshot, makeSnapshot, type StorageBench } from './part.ts';

const CONNECTIONS = 8;
const MEASURED_MS = 3000;
const FIRST_ID = 10_000_000;

/** Single-point upserts a second while one snapshot after another is made, against the same without. */
export async function writesPart({ server, data, rounds }: StorageBench): Promise<void> {
  const { base, dimension } = data;
  const vectors = base.subarray(0, 5000 * dimension);
  const options = { collection: COLLECTION, vectors, dimension, batchRows: 1, firstId: FIRST_ID, wait: true };
  const requests = [...uploadRequests(options)];
  const rate = async (): Promise<number> => {
    const next = forDuration(requests, MEASURED_MS);
    const result = await runLoad({ port: server.port, connections: CONNECTIONS, next });
    return (result.requests * 1000) / result.elapsedMs;
  };
  // Graphs that are built meanwhile take as much as snapshots do, at times of their own.
  const optimizers = (threads: number | null): Promise<unknown> =>
    server.ask('PATCH', `/collections/${COLLECTION}`, { optimizers_config: { max_optimization_threads: threads } });
  await optimizers(0);
  await rate();
  const ratios: number[] = [];
  let snapshots = 0;
  for (let round = 0; round < rounds; round++) {
    const alone = await rate();
    let isOver = false;
    const making = (async () => {
      while (!isOver) {
        await dropSnapshot(server, await makeSnapshot(server));
        snapshots++;
      }
    })();
    const beside = await rate();
    isOver = true;
    await making;
    ratios.push(beside / alone);
    console.log(`  ${alone.toFixed(0)} upserts/s alone, ${beside.toFixed(0)} while snapshots are made`);
  }
  console.log(`writes during ${snapshots} snapshots: ratio ${median(ratios).toFixed(2)} (at least 0.7)`);
}
