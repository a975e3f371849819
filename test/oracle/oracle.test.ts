import test from 'ava';
import { findPython } from '../crash/python-client.ts';
import { runOracle } from './run-oracle.ts';

/** SEED and SECONDS of the environment: which requests, and for how long. */
const SECONDS = Number(process.env['SECONDS'] ?? 50);
const SEED = process.env['SEED'];

test("random requests and changes: ids, scores, payloads and refusals are those of local mode of Python's client", async (t) => {
  t.timeout((SECONDS + 60) * 1000);
  const python = await findPython();
  if (python === undefined) {
    t.log("left out: Python's qdrant-client is not installed (npm run python:client)");
    t.pass();
    return;
  }
  const printed: string[] = [];
  const seed = SEED === undefined ? undefined : Number(SEED);
  const log = (text: string): number => printed.push(text);
  const agreed = await runOracle({ python, seed, seconds: SECONDS, failures: 1, log });
  t.log(printed.join(''));
  t.true(agreed, printed.join(''));
});
