import test from 'ava';
import { seedOf } from './faults.ts';
import { fillDisk } from './full-disk.ts';

const ROUNDS = 18; // `npm run faults -- --only full-disk --rounds 2000` is the long one

test('a full disk at any write: an update is there, or refused and not there; then everything goes on', async (t) => {
  t.timeout(120_000);
  const seed = seedOf();
  t.log(`SEED=${seed}`);
  t.deepEqual(await fillDisk({ rounds: ROUNDS, seed, log: (line) => t.log(line) }), []);
});
