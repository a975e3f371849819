import { type Launcher, withServer } from '../acceptance/server-process.ts';
import { compareSteps, type Comparison, parseSteps, type StepAnswer } from './compare.ts';
import { type ClientName, makeProgram, runOracle, runProgram } from './programs.ts';

/** The steps of the scenario with the answers of REST, asked of a server of its own. */
export async function expectedSteps(launcher: Launcher): Promise<readonly StepAnswer[]> {
  let output = '';
  await withServer({ launcher }, async ({ url }) => {
    output = await runOracle(url);
  });
  return parseSteps(output);
}

/**
 * Runs the scenario with an official client against a server of its own, and compares its answers with those of REST.
 * Undefined where the client's toolchain is not there.
 */
export async function checkClient(
  name: ClientName,
  { expected, launcher }: { readonly expected: readonly StepAnswer[]; readonly launcher: Launcher },
): Promise<Comparison | undefined> {
  const program = await makeProgram(name);
  if (program === undefined) return undefined;
  let output = '';
  await withServer({ launcher }, async ({ grpcAddress }) => {
    output = await runProgram(program, grpcAddress);
  });
  return compareSteps(expected, parseSteps(output));
}
