/**
 * Snapshots against what the system's own commands do with the same files, and what writes cost: docs/benchmarks.md.
 * `npm run bench:storage -- [--rows 100000] [--dims 768] [--rounds 5] [--only snapshot,recover,writes,upserts]`
 * Everything of a part takes turns; ratios are medians of the rounds' own. The page cache is warm for all.
 */
import { parseArgs } from 'node:util';
import { cachedData } from '../engine/cached-data.ts';
import { BenchServer } from '../server/bench-server.ts';
import { describe } from '../server/describe.ts';
import { isWanted } from '../server/load-options.ts';
import { recoverPart } from './recover.ts';
import { snapshotPart } from './snapshot.ts';
import { upsertsPart } from './upserts.ts';
import { writesPart } from './writes.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dims: { type: 'string', default: '768' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});

const rounds = Number(values.rounds);
const data = cachedData(Number(values.rows), Number(values.dims));
console.log(`${describe(data)}, with payload`);
const parts = { snapshot: snapshotPart, recover: recoverPart, writes: writesPart, upserts: upsertsPart };
const server = new BenchServer();
try {
  await server.start();
  await server.createCollection(data.dimension);
  await server.upload(data, 0, (row) => JSON.stringify({ row, group: row % 97, text: `point number ${row} of many` }));
  await server.untilIndexed(data.rows);
  // A checkpoint puts everything into files: the same for all parts.
  await server.stop();
  await server.start();
  for (const [name, part] of Object.entries(parts)) {
    if (isWanted(name, values.only)) await part({ server, data, rounds });
  }
} finally {
  await server.discard();
}
