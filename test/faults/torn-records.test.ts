import test from 'ava';
import { seedOf } from './faults.ts';
import { tearRecords } from './torn-records.ts';

const ROUNDS = 40; // `npm run faults -- --only torn-records --rounds 2000` is the long one

test('a log that is cut anywhere in its last write opens without it, and goes on', async (t) => {
  t.timeout(120_000);
  const seed = seedOf();
  t.log(`SEED=${seed}`);
  t.deepEqual(await tearRecords({ rounds: ROUNDS, seed, log: (line) => t.log(line) }), []);
});
