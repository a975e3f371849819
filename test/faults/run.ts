/**
 * The programs of test/faults in their long form. `node test/faults/run.ts [--only NAME] [--rounds N] [--seed S]`
 * Exit status 1 at a breach of a promise.
 */
import { parseArgs } from 'node:util';
import { flipBits } from './bit-flips.ts';
import type { Faults } from './faults.ts';
import { fillDisk } from './full-disk.ts';
import { failSyncs } from './failed-fsync.ts';
import { losePower } from './power-loss.ts';
import { fillSmallDisk } from './small-disk.ts';
import { tearRecords } from './torn-records.ts';

const PROGRAMS: Readonly<Record<string, (faults: Faults) => Promise<readonly string[]>>> = {
  'power-loss': losePower,
  'torn-records': tearRecords,
  'bit-flips': flipBits,
  'full-disk': fillDisk,
  'small-disk': fillSmallDisk,
  'failed-fsync': failSyncs,
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, rounds: { type: 'string' }, seed: { type: 'string' } },
});
const rounds = Number(values.rounds ?? 500);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const chosen = Object.entries(PROGRAMS).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0) throw new Error(`--only takes ${Object.keys(PROGRAMS).join(', ')}`);
for (const [name, program] of chosen) {
  console.log(`${name}: rounds=${rounds} seed=${seed}`);
  const breaches = await program({ rounds, seed, log: (line) => console.log(`${name}: ${line}`) });
  for (const breach of breaches) console.error(`${name}: ${breach}`);
  if (breaches.length > 0) process.exitCode = 1;
}
