import test from 'ava';
import { seedOf } from './faults.ts';
import { failSyncs } from './failed-fsync.ts';

const ROUNDS = 22; // `npm run faults -- --only failed-fsync --rounds 2000` is the long one

test('a failed fsync at any moment: nothing is acknowledged that is not there after a crash', async (t) => {
  t.timeout(120_000);
  const seed = seedOf();
  t.log(`SEED=${seed}`);
  t.deepEqual(await failSyncs({ rounds: ROUNDS, seed, log: (line) => t.log(line) }), []);
});
