import test from 'ava';
import { settleAll, settleInLanes } from '../../src/base/settle-all.ts';

test('results come in their order; a failure is told when all have settled, the first of the list', async (t) => {
  t.deepEqual(await settleAll([Promise.resolve(1), 2, Promise.resolve(3)]), [1, 2, 3]);
  t.deepEqual(await settleAll([]), []);
  const late = Promise.withResolvers<number>();
  let failed = false;
  const all = settleAll([late.promise, Promise.reject(new Error('first')), Promise.reject(new Error('second'))]);
  const told = all.catch((error: unknown) => {
    failed = true;
    return String(error);
  });
  await new Promise((resolve) => setImmediate(resolve));
  t.false(failed);
  late.resolve(1);
  t.is(await told, 'Error: first');
  await t.throwsAsync(settleAll([Promise.reject(new Error('only'))]), { message: 'only' });
});

test('lanes: never more under way, all results in their order, and nothing begins behind a failure of its lane', async (t) => {
  let running = 0;
  let most = 0;
  const results = await settleInLanes([5, 4, 3, 2, 1], 2, async (item) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, item));
    running--;
    return item * 10;
  });
  t.deepEqual(results, [50, 40, 30, 20, 10]);
  t.is(most, 2);
  t.deepEqual(await settleInLanes([], 2, () => Promise.resolve(1)), []);
  const begun: number[] = [];
  const failing = settleInLanes([1, 2, 3], 1, (item) => {
    begun.push(item);
    return item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item);
  });
  await t.throwsAsync(failing, { message: 'two' });
  t.deepEqual(begun, [1, 2]);
});
