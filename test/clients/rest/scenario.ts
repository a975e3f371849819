/**
 * The shared scenario over REST: what every gRPC program has to answer. Prints one JSON line a step.
 *
 *     node test/clients/rest/scenario.ts http://127.0.0.1:6333
 */
import { aliasSteps } from './alias-steps.ts';
import type { Json } from './canonical.ts';
import { firstSteps, lastSteps } from './collection-steps.ts';
import { errorSteps } from './error-steps.ts';
import { largeSteps } from './large-steps.ts';
import { changeSteps, readSteps, writeSteps } from './point-steps.ts';
import { querySteps, searchSteps } from './query-steps.ts';
import { answerOf, type GrpcStep, type Step } from './step.ts';

const [url = 'http://127.0.0.1:6333'] = process.argv.slice(2);

const steps: readonly (Step | GrpcStep)[] = [
  ...firstSteps,
  ...writeSteps,
  ...readSteps,
  ...searchSteps,
  ...querySteps,
  ...errorSteps,
  ...changeSteps,
  ...largeSteps,
  ...aliasSteps,
  ...lastSteps,
];

for (const step of steps) {
  const answer: Json = 'grpc' in step ? { error: { ...step.grpc } } : await answerOf(url, step);
  process.stdout.write(`${JSON.stringify({ step: step.name, answer })}\n`);
}
