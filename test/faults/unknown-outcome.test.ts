import { join } from 'node:path';
import test from 'ava';
import { VectorizerError } from '../../src/core/errors.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
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
