import test from 'ava';
import { findPython } from './python-client.ts';
import { runRounds } from './rounds.ts';

const ROUNDS = 7; // `npm run crash -- --rounds 200` is the long one

test('every acknowledged change survives kill -9 at a random moment, exactly once', async (t) => {
  t.timeout(120_000);
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.log(`SEED=${seed}`);
  const python = await findPython();
  if (python === undefined) t.log("left out: Python's qdrant-client is not installed (npm run python:client)");
  t.deepEqual(await runRounds({ rounds: ROUNDS, seed, python, log: (line) => t.log(line) }), []);
});
