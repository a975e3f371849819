import test from 'ava';
import { seedOf } from './faults.ts';
import { fillSmallDisk } from './small-disk.ts';

const ROUNDS = 12; // `npm run faults -- --only small-disk --rounds 500` is the long one

test('a file system that really runs full, under LevelDB too: nothing is lost, and everything goes on', async (t) => {
  t.timeout(120_000);
  const seed = seedOf();
  t.log(`SEED=${seed}`);
  t.deepEqual(await fillSmallDisk({ rounds: ROUNDS, seed, log: (line) => t.log(line) }), []);
});
