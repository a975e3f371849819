import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import type { CollectionConfig, Distance } from '../../src/core/collection-config.ts';
import type { VectorDatatype } from '../../src/core/vectors.ts';
import { configOf } from './house.ts';
import { check } from './model-ground.ts';
import { denseConfig, sparseConfig } from './plain-vectors.ts';
import { checkContent, checkSearch, upsert, withVectors } from './vector-ground.ts';
import { anyStep, carryOut, checkAll, checkSearches, QUANTISATIONS, type Step } from './vector-steps.ts';

const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];
const DATATYPES: readonly VectorDatatype[] = ['float32', 'float16', 'uint8'];

/** Upkeep is a step. */
const BY_HAND = { maxOptimizationThreads: 0 };

/** Any steps, after each of which all points and some searches are what the model says, and at last all searches. */
function follow(
  t: ExecutionContext,
  config: CollectionConfig,
  options: { readonly runs: number; readonly fields: number; readonly quantised: number },
): Promise<void> {
  const steps = fc.array(anyStep(options), { minLength: 1, maxLength: 14, size: 'max' });
  return check(t, options.runs, fc.record({ steps, draw: fc.nat(1000) }), ({ steps, draw }) =>
    play(config, steps, draw),
  );
}

async function play(config: CollectionConfig, steps: readonly Step[], draw: number): Promise<void> {
  await withVectors(config, async (ground) => {
    for (const [at, step] of steps.entries()) {
      await carryOut(ground, step);
      await checkContent(ground);
      await checkSearches(ground, draw + at, 2);
    }
    await checkAll(ground, draw);
  });
}

for (const datatype of DATATYPES) {
  for (const shardNumber of [1, 3]) {
    test.serial(
      `${datatype}, ${shardNumber} shards: vectors of every distance beside rows and sparse ones are what the model says`,
      (t) => {
        const dense = DISTANCES.map((distance, at) =>
          denseConfig(at === 0 ? '' : distance, 3 + at, distance, { datatype }),
        );
        const rows = DISTANCES.map((distance) =>
          denseConfig(`rows ${distance}`, 2, distance, { datatype, multivector: true }),
        );
        const sparse = [sparseConfig('words'), sparseConfig('rare words', { modifier: 'idf' })];
        return follow(t, configOf([...dense, ...rows], sparse, { shardNumber, ...BY_HAND }), {
          runs: 4,
          fields: 0,
          quantised: 0,
        });
      },
    );
  }
}

for (const shardNumber of [1, 3]) {
  test.serial(
    `${shardNumber} shards: fields come and go, also with the same name, while points, restarts and upkeep go on`,
    (t) => {
      const config = configOf([denseConfig('', 2, 'Dot'), denseConfig('a', 3, 'Euclid')], [sparseConfig('b')], {
        shardNumber,
      });
      return follow(t, config, { runs: 12, fields: 10, quantised: 2 });
    },
  );
}

test.serial(
  'quantised vectors, originals in files: exact searches are exact, before and after a change of the quantisation',
  (t) => {
    const vectors = QUANTISATIONS.map((quantization, at) =>
      denseConfig(at === 0 ? '' : `q${at}`, 8 + at, DISTANCES[at % 4] ?? 'Dot', { quantization, onDisk: at % 2 === 1 }),
    );
    const rows = denseConfig('rows', 8, 'Cosine', { quantization: QUANTISATIONS[0], multivector: true, onDisk: true });
    return follow(t, configOf([...vectors, rows], [], BY_HAND), { runs: 8, fields: 0, quantised: 8 });
  },
);

test.serial('canaries: a lost vector, a wrong score and a missing hit are seen', async (t) => {
  const config = configOf([denseConfig('a', 2, 'Dot')], [sparseConfig('b')], BY_HAND);
  await withVectors(config, async (ground) => {
    const vectors = { a: [1, 2], b: { indices: [1], values: [1] } };
    await upsert(
      ground,
      [1, 2, 3].map((id) => ({ id, n: 0, vectors })),
    );
    const ask = (): Promise<void> =>
      checkSearch(ground, { name: 'a', query: [1, 1], target: undefined, limit: 5, exact: true });
    await checkAll(ground, 1);
    ground.model.upsert([{ id: 2, n: 0, vectors: { ...vectors, a: [1, 2.001] } }]);
    await t.throwsAsync(() => checkContent(ground));
    await t.throwsAsync(ask, { message: /should have 3.00/ });
    ground.model.upsert([
      { id: 2, n: 0, vectors },
      { id: 4, n: 0, vectors },
    ]);
    await t.throwsAsync(ask, { message: /as many hits/ });
    ground.model.delete({ ids: [2, 4] });
    await t.throwsAsync(ask, { message: /as many hits/ });
    ground.model.upsert([{ id: 2, n: 0, vectors: { a: [1, 2] } }]);
    await t.throwsAsync(() => checkContent(ground), undefined, 'a vector too many');
    await ask();
  });
});
