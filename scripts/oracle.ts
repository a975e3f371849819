/**
 * Random requests against local mode of Python's qdrant-client, for longer than a test: `npm run oracle -- --seconds 600
 * [--seed N] [--failures N]`. Exit status 1 where answers disagree.
 */
import { parseArgs } from 'node:util';
import { findPython } from '../test/crash/python-client.ts';
import { runOracle } from '../test/oracle/run-oracle.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { seconds: text, seed: text, failures: text } });
const python = await findPython();
if (python === undefined) throw new Error('no Python with qdrant-client: npm run python:client installs it');
const agreed = await runOracle({
  python,
  seed: values.seed === undefined ? undefined : Number(values.seed),
  seconds: Number(values.seconds ?? 600),
  failures: Number(values.failures ?? 5),
  isCanary: false,
  log: (printed) => process.stdout.write(printed),
});
process.exitCode = agreed ? 0 : 1;
