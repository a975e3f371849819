import test from 'ava';
import { OptimizationHistory } from '../../src/collections/optimization-history.ts';
import type { Shard } from '../../src/collections/shard.ts';

const SHARD = {} as Shard;
const WORK = { optimizer: 'vacuum', segments: [] } as const;
const NEVER = new AbortController().signal;

function clock(): () => number {
  let now = 1000;
  return () => (now += 5);
}

test('work is seen while it runs, and how far it is', async (t) => {
  const history = new OptimizationHistory(clock());
  await history.track(SHARD, WORK, NEVER, async (onProgress) => {
    t.like(history.runningOf(SHARD), { optimizer: 'vacuum', status: 'optimizing' });
    onProgress(3, 7);
    t.like(history.runningOf(SHARD)?.progress, { startedAtMs: 1005, finishedAtMs: undefined, done: 3, total: 7 });
    await Promise.resolve();
  });
  t.is(history.runningOf(SHARD), undefined);
  const [done] = history.completedOf(SHARD);
  t.like(done, { status: 'done', progress: { startedAtMs: 1005, finishedAtMs: 1010, done: 3, total: 7 } });
});

test('a failure and a cancellation are told apart, and passed on', async (t) => {
  const history = new OptimizationHistory(clock());
  const fail = (message: string) => (): Promise<void> => Promise.reject(new Error(message));
  await t.throwsAsync(history.track(SHARD, WORK, NEVER, fail('the disk is full')), { message: 'the disk is full' });
  await t.throwsAsync(history.track(SHARD, WORK, AbortSignal.abort(), fail('stopped')), { message: 'stopped' });
  t.deepEqual(
    history.completedOf(SHARD).map(({ status }) => status),
    [{ cancelled: 'stopped' }, { error: 'the disk is full' }],
  );
});

test('the past is bounded, the latest first, and forgotten with its shard', async (t) => {
  const history = new OptimizationHistory(clock());
  for (let run = 0; run < 100; run++)
    await history.track(SHARD, WORK, NEVER, async (onProgress) => Promise.resolve(onProgress(run, 100)));
  const past = history.completedOf(SHARD).map(({ progress }) => progress.done);
  t.deepEqual(
    past,
    Array.from({ length: 64 }, (_, at) => 99 - at),
  );
  history.forget(SHARD);
  t.deepEqual(history.completedOf(SHARD), []);
});
