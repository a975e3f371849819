import test, { type ExecutionContext } from 'ava';
import type { StepAnswer } from '../clients/compare.ts';
import type { ClientName } from '../clients/programs.ts';
import { checkClient, expectedSteps } from '../clients/scenario.ts';

// Straight from src/: the scenario goes through every parser and renderer of the gRPC door.
const launcher = 'src';
let expected: readonly StepAnswer[] = [];

test.before(async (t) => {
  t.timeout(60_000);
  expected = await expectedSteps(launcher);
  t.true(expected.length > 200);
});

/** Go, Rust and Java: `npm run test:clients`. */
async function check(t: ExecutionContext, name: ClientName): Promise<void> {
  t.timeout(120_000);
  const comparison = await checkClient(name, { expected, launcher });
  if (comparison === undefined) {
    t.log("left out: Python's qdrant-client is not installed (npm run python:client)");
    t.pass();
    return;
  }
  t.deepEqual(comparison.different, []);
  for (const { step, reason } of comparison.skipped) t.log(`skipped: ${step}: ${reason}`);
}

test("Python's official client by gRPC answers each step of the shared scenario as REST does", (t) =>
  check(t, 'python'));

test("JavaScript's official gRPC client answers each step of the shared scenario as REST does", (t) =>
  check(t, 'javascript'));
