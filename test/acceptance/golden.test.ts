import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { ended, withServer } from './server-process.ts';

const REPLAY = path.join(import.meta.dirname, '../../../shared/golden/replay.mjs');

/**
 * Recorded answers of a real Qdrant: at least so many steps of each scenario pass to the letter. A floor, to be
 * raised with every feature: the steps above it need what later issues bring.
 */
const PASSING_AT_LEAST: Readonly<Record<string, number>> = {
  'points-crud': 72,
  'scroll-paging': 21,
  'filters-plain': 95,
  'filters-indexed': 173,
  'text-index': 206,
  // Sharding by keys and the enforcement of strict mode are missing.
  collections: 105,
  malformed: 80,
  service: 8,
  'named-vectors': 89,
  'vectors-live': 22,
  bm25: 11,
  lookup: 17,
  feedback: 17,
  'nearest-Cosine': 76,
  'nearest-Dot': 76,
  'nearest-Euclid': 76,
  'nearest-Manhattan': 76,
  'quantized-binary': 19,
  'quantized-product': 19,
  'quantized-scalar': 19,
  aliases: 23,
  snapshots: 17,
  // One step's words name the snapshots folder, which is another one here.
  'snapshot-routes': 22,
  // The cluster's state is missing.
  'shard-keys': 10,
  // One step holds the scores of Qdrant's own random rotation.
  'quantized-turbo': 18,
};

test('the recorded answers of Qdrant still pass', async (t) => {
  if (!existsSync(REPLAY)) {
    t.log(`left out: ${REPLAY} is not here`);
    return t.pass();
  }
  return withServer({ launcher: 'src' }, async ({ url }) => {
    const only = Object.keys(PASSING_AT_LEAST).join(',');
    const { stdout } = await ended(spawn(process.execPath, [REPLAY, url, '--only', only]));
    for (const [scenario, floor] of Object.entries(PASSING_AT_LEAST)) {
      const line = stdout.split('\n').find((text) => text.startsWith(`${scenario}: `)) ?? `${scenario}: not run`;
      t.log(line);
      const passed = Number(/(\d+) pass/.exec(line)?.[1] ?? -1);
      t.true(passed >= floor, `${line}, at least ${floor} expected\n${stdout}`);
    }
  });
});
