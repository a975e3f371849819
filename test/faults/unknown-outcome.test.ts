import { join } from 'node:path';
import test from 'ava';
import { shardOf } from '../../src/collections/routing.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idOf, realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { compare } from './compare.ts';
import { copyAtRest } from './copy-at-rest.ts';
import { openCompute, openFaultHouse, perform } from './fault-house.ts';
import { faultyWorld } from './faulty-files.ts';
import { applyStep, drawPoint, EMPTY_STATE, type Step } from './session.ts';
import { seededRandom } from '../seeded-random.ts';

test('a checkpoint whose last fsync fails may count all the same: the files that it names stay', async (t) => {
  const folder = await temporaryFolder();
  const [storage, crashed] = [join(folder, 'storage'), join(folder, 'crashed')];
  const compute = openCompute();
  let isFailing = false;
  const world = faultyWorld((call, path) =>
    isFailing && call === 'syncDirectory' && path.endsWith('/kv') ? 'EIO' : undefined,
  );
  const house = await openFaultHouse(storage, world, compute);
  try {
    const random = seededRandom(1);
    const points = Array.from({ length: 8 }, (_, id) => drawPoint(random, id));
    const steps: Exclude<Step, { kind: 'reopen' }>[] = [
      { kind: 'create', collection: 'one', shardNumber: 1 },
      { kind: 'upsert', collection: 'one', points },
    ];
    for (const step of steps) await perform(house.database, step);
    isFailing = true;
    const checkpoint = perform(house.database, { kind: 'checkpoint', collection: 'one' });
    const error = await t.throwsAsync(checkpoint, { instanceOf: VectorizerError });
    t.is(error.kind, 'internal');
    isFailing = false;
    await copyAtRest(storage, crashed);
    const again = await openFaultHouse(crashed, realWorld(), compute);
    const state = steps.reduce(applyStep, EMPTY_STATE);
    t.deepEqual(await compare(again, { state, underWay: [], acknowledged: [] }), []);
    await again.close();
  } finally {
    await house.close();
    await compute.close();
    await removeFolder(folder);
  }
});

test('behind a failed fsync a log acknowledges nothing until it is reopened, and says so; the other shard goes on', async (t) => {
  const folder = await temporaryFolder();
  const storage = join(folder, 'storage');
  const compute = openCompute();
  let isFailing = false;
  const world = faultyWorld((call, path) =>
    isFailing && call === 'sync' && path.includes('/0/log/') ? 'EIO' : undefined,
  );
  const house = await openFaultHouse(storage, world, compute);
  try {
    const random = seededRandom(1);
    const stepsOf = (shard: number): Step[] =>
      Array.from({ length: 40 }, (_, id) => id)
        .filter((id) => shardOf(idOf(id), 2) === shard)
        .map((id) => ({ kind: 'upsert', collection: 'two', points: [drawPoint(random, id)] }));
    const [failing, other] = [stepsOf(0), stepsOf(1)];
    const create: Step = { kind: 'create', collection: 'two', shardNumber: 2 };
    const run = (step: Step | undefined) => perform(house.database, step as Exclude<Step, { kind: 'reopen' }>);
    for (const step of [create, failing[0], other[0]]) await run(step);
    isFailing = true;
    const error = await t.throwsAsync(run(failing[1]), { instanceOf: VectorizerError });
    isFailing = false;
    t.is(error.kind, 'internal');
    t.regex(
      error.message,
      /collections\/1\/0\/log\/.*\.log: fsync failed; the log takes no more writes until it is reopened/,
    );
    for (const step of failing.slice(2, 5)) await t.throwsAsync(run(step), { message: error.message });
    await run(other[1]);
    await house.close();
    const again = await openFaultHouse(storage, realWorld(), compute);
    const state = [create, failing[0], other[0], other[1]].reduce(
      (before, step) => applyStep(before, step as Step),
      EMPTY_STATE,
    );
    t.deepEqual(await compare(again, { state, underWay: [failing[1] as Step], acknowledged: [false] }), []);
    await perform(again.database, failing[2] as Exclude<Step, { kind: 'reopen' }>);
    await again.close();
  } finally {
    await house.close();
    await compute.close();
    await removeFolder(folder);
  }
});
