import test, { type ExecutionContext } from 'ava';
import { findPython } from '../crash/python-client.ts';
import { runOracle } from './run-oracle.ts';

/** SEED and SECONDS of the environment: which requests, and for how long. */
const SECONDS = Number(process.env['SECONDS'] ?? 50);
const SEED = process.env['SEED'];

interface Run {
  readonly agreed: boolean;
  readonly printed: string;
}

/** undefined where Python is missing: then the test is over. */
async function ask(t: ExecutionContext, seconds: number, isCanary: boolean): Promise<Run | undefined> {
  t.timeout((seconds + 60) * 1000);
  const python = await findPython();
  if (python === undefined) {
    t.log("left out: Python's qdrant-client is not installed (npm run python:client)");
    t.pass();
    return undefined;
  }
  const printed: string[] = [];
  const seed = SEED === undefined ? undefined : Number(SEED);
  const log = (text: string): number => printed.push(text);
  const agreed = await runOracle({ python, seed, seconds, failures: 1, isCanary, log });
  return { agreed, printed: printed.join('') };
}

test.serial("random requests and changes: answers are those of local mode of Python's client", async (t) => {
  const run = await ask(t, SECONDS, false);
  if (run === undefined) return;
  t.log(run.printed);
  t.true(run.agreed, run.printed);
});

test.serial('canary: scores that are a thousandth off do not pass', async (t) => {
  const run = await ask(t, 30, true);
  if (run === undefined) return;
  t.false(run.agreed, run.printed);
  t.regex(run.printed, /^1 disagreements$/m);
});
