/**
 * Kills a server again and again under writes, snapshots, recoveries, collections that come and go.
 * `npm run crash -- --rounds 200 [--seed N]`
 * Exit status 1 at the first breach of a promise.
 */
import { parseArgs } from 'node:util';
import { findPython } from './python-client.ts';
import { runRounds } from './rounds.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds ?? 200);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const python = await findPython();
console.log(`rounds=${rounds} seed=${seed} python=${python ?? 'left out: npm run python:client installs it'}`);
const breaches = await runRounds({ rounds, seed, python, log: (line) => console.log(line) });
for (const breach of breaches) console.error(breach);
console.log(breaches.length === 0 ? `${rounds} rounds, no breach` : `${breaches.length} breaches, seed=${seed}`);
process.exitCode = breaches.length === 0 ? 0 : 1;
