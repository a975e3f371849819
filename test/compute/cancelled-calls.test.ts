import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import { COUNTING_MODULE, type Counting } from './counting.ts';

const never = new AbortController().signal;
/** Some seconds of counting. */
const FAR = 2 ** 30;

function counting(end: number): Counting {
  return { progress: new Int32Array(new SharedArrayBuffer(4)), end };
}

function kindOf(error: unknown): string | undefined {
  return (error as { kind?: string }).kind;
}

test('a call is answered; one that is cancelled ends on its thread, one behind it does not begin', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  t.is(await compute.call(COUNTING_MODULE, 'count', counting(1000), never), 1000);
  const gone = new AbortController();
  const [long, behind, kept] = [counting(FAR), counting(FAR), counting(10)];
  const calls = [
    compute.call(COUNTING_MODULE, 'count', long, gone.signal),
    compute.call(COUNTING_MODULE, 'count', behind, gone.signal),
  ];
  const answered = compute.call(COUNTING_MODULE, 'count', kept, never);
  while (Atomics.load(long.progress, 0) === 0) await delay(1);
  gone.abort();
  for (const call of calls) t.is(kindOf(await t.throwsAsync(call)), 'timeout');
  t.true(Atomics.load(long.progress, 0) < FAR);
  t.is(Atomics.load(behind.progress, 0), 0);
  t.is(await answered, 10);
  const late = counting(10);
  t.is(kindOf(await t.throwsAsync(compute.call(COUNTING_MODULE, 'count', late, gone.signal))), 'timeout');
  t.is(Atomics.load(late.progress, 0), 0);
  await compute.close();
});
