import test, { type ExecutionContext } from 'ava';
import { distanceMatrix } from '../../src/collections/query/matrix.ts';
import type { DistanceMatrix } from '../../src/core/answers.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idText } from '../../src/core/ids.ts';
import type { SearchMatrix } from '../../src/core/requests.ts';
import { seededRandom } from '../seeded-random.ts';
import { isN, must } from './filled-collection.ts';
import { config, configOf, CONTEXT, READ } from './house.ts';
import { configWith, type ListGround, randomVectors, upsert, withCollection } from './list-ground.ts';
import { denseConfig, type PlainVector, sparseConfig } from './plain-vectors.ts';
import { answerOf } from './vector-ground.ts';
import { type Expected, isNear, scoreDense, scoreSparse, type SparsePlain, stored } from './vector-oracle.ts';

const { signal } = CONTEXT;

function matrix(ground: ListGround, changes: Partial<SearchMatrix>, at = signal): Promise<DistanceMatrix> {
  const { collection, compute } = ground;
  const { shards, config } = collection;
  const wanted = {
    collection: 'c',
    using: '',
    filter: undefined,
    sample: 1000,
    limit: 3,
    shardKeys: undefined,
    ...READ,
  };
  return distanceMatrix({ shards, config, compute, random: seededRandom(5), signal: at }, { ...wanted, ...changes });
}

/** What a vector scores against another one; undefined: they have nothing in common. */
type Score = (asked: PlainVector, other: PlainVector) => Expected | undefined;

interface Point {
  readonly id: number;
  readonly vectors: Readonly<Record<string, PlainVector>>;
}

/** Every row's best others, by comparing all with all. */
function check(
  t: ExecutionContext,
  found: DistanceMatrix,
  points: readonly Point[],
  { using, score, distance, limit }: { using: string; score: Score; distance: Distance; limit: number },
): void {
  t.deepEqual(
    found.ids.map((id) => Number(idText(id))),
    points.map(({ id }) => id),
  );
  const sign = distance === 'Cosine' || distance === 'Dot' ? 1 : -1;
  const vectorOf = (at: number): PlainVector => points[at]?.vectors[using] ?? [];
  for (let row = 0; row < points.length; row += 1) {
    const expected = points.flatMap((_, column) => {
      const expected = column === row ? undefined : score(vectorOf(row), vectorOf(column));
      return expected === undefined ? [] : [expected];
    });
    expected.sort((a, b) => sign * (b.score - a.score));
    const pairs = Array.from(found.rows.keys()).filter((at) => found.rows[at] === row);
    t.is(pairs.length, Math.min(limit, expected.length), `${using}: row ${row}`);
    pairs.forEach((at, rank) => {
      const column = found.columns[at] ?? -1;
      const shown = found.scores[at] ?? NaN;
      t.not(column, row);
      const own = score(vectorOf(row), vectorOf(column));
      t.true(own !== undefined && isNear(shown, own, distance), `${using}: ${row} and ${column}: ${shown}`);
      t.true(isNear(shown, expected[rank] as Expected, distance), `${using}: rank ${rank} of row ${row}: ${shown}`);
    });
    t.is(new Set(pairs.map((at) => found.columns[at])).size, pairs.length);
  }
  t.deepEqual(found.rows, found.rows.toSorted());
}

const COUNT = 25;

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
  test(`every kind of vector is compared as a search compares it: ${distance}`, async (t) => {
    const config = configWith(distance, 2);
    await withCollection(config, async (ground) => {
      const random = seededRandom(11);
      const given = Array.from({ length: COUNT }, (_, id) => ({ id, vectors: randomVectors(random), payload: {} }));
      await upsert(ground, given);
      for (const field of config.params.vectors) {
        const points = given.map(({ id, vectors }) => {
          return { id, vectors: { [field.name]: stored(vectors[field.name] ?? [], field) } };
        });
        const score: Score = (asked, other) => scoreDense(asked, other, field);
        for (const limit of [1, 3, 100]) {
          const found = await matrix(ground, { using: field.name, limit });
          check(t, found, points, { using: field.name, score, distance, limit });
        }
      }
      const score: Score = (asked, other) => scoreSparse(asked as SparsePlain, other as SparsePlain, () => 1);
      for (const limit of [1, 4, 100]) {
        const found = await matrix(ground, { using: 'words', limit });
        check(t, found, given, { using: 'words', score, distance: 'Dot', limit });
      }
    });
  });
}

test('with the idf modifier each vector is weighed as a query', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const random = seededRandom(2);
    const points = Array.from({ length: 20 }, (_, id) => ({ id, vectors: randomVectors(random), payload: {} }));
    await upsert(ground, points);
    const rare = points.map(({ vectors }) => vectors['rare'] as SparsePlain);
    const weightOf = (index: number): number => {
      const df = rare.filter(({ indices }) => indices.includes(index)).length;
      return Math.log((rare.length - df + 0.5) / (df + 0.5) + 1);
    };
    const score: Score = (asked, other) => scoreSparse(asked as SparsePlain, other as SparsePlain, weightOf);
    const found = await matrix(ground, { using: 'rare', limit: 5 });
    check(t, found, points, { using: 'rare', score, distance: 'Dot', limit: 5 });
  });
});

test('a sample of points that match and have the vector; of fewer than two nothing', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const random = seededRandom(3);
    const points = Array.from({ length: COUNT }, (_, id) => {
      const { half = [], ...others } = randomVectors(random);
      return { id, vectors: id < 10 ? { ...others, half } : others, payload: { n: id % 4 } };
    });
    await upsert(ground, points);
    const some = await matrix(ground, { sample: 7 });
    t.is(some.ids.length, 7);
    t.is(some.rows.length, 7 * 3);
    const matching = await matrix(ground, { using: 'half', filter: must(isN(1)) });
    t.deepEqual(matching.ids.map(idText), ['1', '5', '9']);
    const one = await matrix(ground, { using: 'half', filter: must(isN(1)), sample: 2, limit: 9 });
    t.deepEqual([one.ids.length, one.rows.length], [2, 2]);
    for (const filter of [must(isN(7)), must({ kind: 'has_id', ids: some.ids.slice(0, 1) })])
      t.deepEqual(await matrix(ground, { filter }), {
        ids: [],
        rows: new Uint32Array(0),
        columns: new Uint32Array(0),
        scores: new Float32Array(0),
      });
  });
});

test('hundreds of vectors are read in slices, until the request is cancelled', async (t) => {
  await withCollection(config(4, 'Dot'), async (ground) => {
    const random = seededRandom(8);
    const points = Array.from({ length: 700 }, (_, id) => ({
      id,
      vectors: { '': Array.from({ length: 4 }, () => random()) },
      payload: {},
    }));
    await upsert(ground, points);
    const found = await matrix(ground, { limit: 1 });
    t.deepEqual([found.ids.length, found.rows.length], [700, 700]);
    const controller = new AbortController();
    const cancelled = matrix(ground, { limit: 1 }, controller.signal);
    controller.abort();
    t.is((await t.throwsAsync(cancelled, { instanceOf: VectorizerError }))?.kind, 'timeout');
  });
});

test('names that there are not, in the words of Qdrant', async (t) => {
  const refusal = (config: Parameters<typeof withCollection>[0], using: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    return withCollection(config, async (ground) => resolve(await answerOf(matrix(ground, { using })))).then(
      () => promise,
    );
  };
  t.is(await refusal(config(2, 'Dot'), 'x'), 'bad_input: Vector with name x is not configured in this collection');
  const named = configOf([denseConfig('b', 2, 'Dot'), denseConfig('a', 2, 'Dot')], [sparseConfig('s')]);
  t.is(
    await refusal(named, 'x'),
    'bad_input: Vector with name `x` is not configured in this collection, available names: a, b',
  );
  t.is(
    await refusal(named, ''),
    'bad_input: Collection requires specified vector name in the request, available names: a, b',
  );
  t.is(
    await refusal(configOf([], [sparseConfig('s')]), 'x'),
    'bad_input: Vectors are not configured in this collection',
  );
});

test('large multivectors and many sparse vectors are compared on threads, until the request is cancelled', async (t) => {
  const config = configOf([denseConfig('rows', 64, 'Dot', { multivector: true })], [sparseConfig('words')]);
  await withCollection(config, async (ground) => {
    const random = seededRandom(9);
    const number = (): number => Math.fround(random());
    const points = Array.from({ length: 100 }, (_, id) => {
      const indices = Array.from({ length: 60 }, (_, at) => at * 3 + Math.floor(random() * 3));
      const rows = Array.from({ length: 8 }, () => Array.from({ length: 64 }, number));
      return { id, vectors: { rows, words: { indices, values: indices.map(number) } }, payload: {} };
    });
    await upsert(ground, points);
    const field = config.params.vectors[0];
    if (field === undefined) throw new Error('there is a field');
    const scores: Readonly<Record<string, Score>> = {
      rows: (asked, other) => scoreDense(asked, other, field),
      words: (asked, other) => scoreSparse(asked as SparsePlain, other as SparsePlain, () => 1),
    };
    for (const [using, score] of Object.entries(scores)) {
      check(t, await matrix(ground, { using, limit: 2 }), points, { using, score, distance: 'Dot', limit: 2 });
      const controller = new AbortController();
      const cancelled = matrix(ground, { using, limit: 2 }, controller.signal);
      controller.abort();
      const error = await t.throwsAsync(cancelled, { instanceOf: VectorizerError });
      t.is(error?.kind, 'timeout');
    }
  });
});
