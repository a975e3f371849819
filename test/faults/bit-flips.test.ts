import test from 'ava';
import { seedOf } from './faults.ts';
import { flipBits } from './bit-flips.ts';

const ROUNDS = 7; // `npm run faults -- --only bit-flips --rounds 2000` is the long one

test('a flipped bit in any file is named by the check, and by the start or a read, or changes no answer', async (t) => {
  t.timeout(120_000);
  const seed = seedOf();
  t.log(`SEED=${seed}`);
  t.deepEqual(await flipBits({ rounds: ROUNDS, seed, log: (line) => t.log(line) }), []);
});
