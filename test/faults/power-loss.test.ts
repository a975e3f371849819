import test from 'ava';
import { compileRecorder } from './disk-trace.ts';
import { seedOf } from './faults.ts';
import { losePower } from './power-loss.ts';

const ROUNDS = 40; // `npm run faults -- --only power-loss --rounds 2000` is the long one

test('a power loss at any moment loses nothing acknowledged, and leaves nothing by half', async (t) => {
  t.timeout(120_000);
  if ((await compileRecorder()) === undefined) {
    t.log('left out: there is no C compiler, or this is no Linux');
    return void t.not(process.env['REQUIRE_C_COMPILER'], '1');
  }
  const seed = seedOf();
  t.log(`SEED=${seed}`);
  t.deepEqual(await losePower({ rounds: ROUNDS, seed, log: (line) => t.log(line) }), []);
});
