/**
 * Runs the shared scenario with the official gRPC clients and compares their answers with REST's (README.md).
 *
 *     node test/clients/run.ts [--launcher src] [python javascript go rust java]
 *
 * By default all whose toolchain is there. Exit status 1 on a difference, or where a client that was named is not there.
 */
import { parseArgs } from 'node:util';
import type { Comparison } from './compare.ts';
import { CLIENT_NAMES, type ClientName } from './programs.ts';
import { checkClient, expectedSteps } from './scenario.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { launcher: { type: 'string', default: 'bin' } },
});
const launcher = values.launcher === 'src' ? 'src' : 'bin';

function isClient(name: string): name is ClientName {
  return CLIENT_NAMES.some((known) => known === name);
}

function report(name: string, { equal, skipped, different }: Comparison, seconds: string): void {
  console.log(
    `${name}: ${equal} steps equal, ${skipped.length} skipped, ${different.length} different (${seconds} s with its build)`,
  );
  for (const { step, reason } of skipped) console.log(`  skipped: ${step}: ${reason}`);
  for (const { step, at, expected, given } of different)
    console.log(`  different: ${step}${at === '' ? '' : ` at ${at}`}\n    REST  ${expected}\n    gRPC  ${given}`);
}

/** Whether the client answers as REST does; one that is left out does not fail unless it was named. */
async function passes(name: ClientName, expected: Awaited<ReturnType<typeof expectedSteps>>): Promise<boolean> {
  const began = performance.now();
  const comparison = await checkClient(name, { expected, launcher });
  if (comparison === undefined) {
    console.log(`${name}: not found, left out`);
    return positionals.length === 0;
  }
  report(name, comparison, ((performance.now() - began) / 1000).toFixed(1));
  return comparison.different.length === 0;
}

const unknown = positionals.filter((name) => !isClient(name));
if (unknown.length > 0) throw new Error(`no such client: ${unknown.join(', ')} (there are ${CLIENT_NAMES.join(', ')})`);
const clients = positionals.length === 0 ? CLIENT_NAMES : positionals.filter(isClient);
const expected = await expectedSteps(launcher);
console.log(`REST: ${expected.length} steps`);
for (const name of clients) {
  const passed = await passes(name, expected).catch((error: unknown) => {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  });
  if (!passed) process.exitCode = 1;
}
