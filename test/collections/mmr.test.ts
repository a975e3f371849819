import test from 'ava';
import { diversify } from '../../src/collections/query/mmr.ts';
import type { FoundPoint } from '../../src/collections/query/found-point.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { idText } from '../../src/core/ids.ts';
import { seededRandom } from '../seeded-random.ts';
import { CONTEXT, idOf } from './house.ts';
import { configWith, type ListGround, randomRow, randomVectors, upsert, withCollection } from './list-ground.ts';
import type { PlainVector } from './plain-vectors.ts';
import { scoreDense, scoreSparse, type SparsePlain, stored } from './vector-oracle.ts';

const { signal } = CONTEXT;

interface Candidate {
  readonly id: number;
  readonly vector: PlainVector;
  /** As it is shown. */
  readonly score: number;
}

function raw(distance: Distance, shown: number): number {
  return distance === 'Euclid' ? -(shown ** 2) : distance === 'Manhattan' ? -shown : shown;
}

/**
 * As SEMANTICS.md 3.2 says it, in doubles. Where two stand closer than f32 tells apart the choice is open: undefined.
 */
function choose(
  candidates: readonly Candidate[],
  lambda: number,
  limit: number,
  { similarity, distance }: { similarity: (a: PlainVector, b: PlainVector) => number; distance: Distance },
): readonly number[] | undefined {
  const chosen: Candidate[] = [];
  const left = [...candidates];
  while (left.length > 0 && chosen.length < limit) {
    const values = left.map(({ vector, score }) => {
      if (chosen.length === 0) return raw(distance, score);
      const near = Math.max(...chosen.map((other) => similarity(vector, other.vector)));
      return lambda * raw(distance, score) - (1 - lambda) * near;
    });
    const [best = 0, second = -Infinity] = values.toSorted((a, b) => b - a);
    if (best - second < 1e-4 * Math.max(1, Math.abs(best))) return undefined;
    chosen.push(...left.splice(values.indexOf(best), 1));
  }
  return chosen.map(({ id }) => id);
}

async function check(
  ground: ListGround,
  candidates: readonly Candidate[],
  choice: { using: string; distance: Distance; diversity: number; limit: number },
): Promise<readonly number[]> {
  const { collection, compute } = ground;
  const found = candidates.map(({ id, score }): FoundPoint => {
    for (const shard of collection.shards) {
      const place = shard.find(idOf(id));
      if (place !== undefined) return { id: idOf(id), shard, ...place, score, version: 1 };
    }
    throw new Error(`no point ${id}`);
  });
  const chosen = await diversify({ compute, signal }, choice, found);
  if (chosen.some((point) => !found.includes(point))) throw new Error('points change on the way');
  return chosen.map(({ id }) => Number(idText(id)));
}

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
  test(`the choice of the definition, for every kind of vector: ${distance}`, async (t) => {
    const config = configWith(distance, 2);
    await withCollection(config, async (ground) => {
      const random = seededRandom(21);
      const points = Array.from({ length: 40 }, (_, id) => ({ id, vectors: randomVectors(random), payload: {} }));
      await upsert(ground, points);
      let compared = 0;
      for (const field of config.params.vectors) {
        const query = stored(field.multivector ? [randomRow(random)] : randomRow(random), field);
        const candidates = points.map(({ id, vectors }) => {
          const vector = stored(vectors[field.name] ?? [], field);
          return { id, vector, score: scoreDense(query, vector, field).score };
        });
        const similarity = (a: PlainVector, b: PlainVector): number => raw(distance, scoreDense(a, b, field).score);
        for (const diversity of [0, 0.3, 0.7, 1]) {
          const expected = choose(candidates, 1 - diversity, 7, { similarity, distance });
          const found = await check(ground, candidates, { using: field.name, distance, diversity, limit: 7 });
          t.is(found.length, 7);
          if (expected === undefined) continue;
          compared += 1;
          t.deepEqual(found, expected, `${field.name} at ${diversity}`);
        }
      }
      t.true(compared >= 8, `compared ${compared}`);
    });
  });
}

test('sparse vectors without a common index are as far apart as a score of 0', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const random = seededRandom(4);
    const points = Array.from({ length: 30 }, (_, id) => ({ id, vectors: randomVectors(random), payload: {} }));
    await upsert(ground, points);
    const candidates = points.map(({ id, vectors }) => ({ id, vector: vectors['words'] ?? [], score: random() }));
    const similarity = (a: PlainVector, b: PlainVector): number =>
      scoreSparse(a as SparsePlain, b as SparsePlain, () => 1)?.score ?? 0;
    let compared = 0;
    for (const diversity of [0.2, 0.5, 0.9]) {
      const expected = choose(candidates, 1 - diversity, 5, { similarity, distance: 'Dot' });
      if (expected === undefined) continue;
      compared += 1;
      t.deepEqual(await check(ground, candidates, { using: 'words', distance: 'Dot', diversity, limit: 5 }), expected);
    }
    t.true(compared > 0);
  });
});

test('fewer than two candidates stay as they are; a limit beyond them chooses all', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const random = seededRandom(4);
    const points = Array.from({ length: 3 }, (_, id) => ({ id, vectors: randomVectors(random), payload: {} }));
    await upsert(ground, points);
    const candidates = points.map(({ id, vectors }) => ({ id, vector: vectors[''] ?? [], score: 1 - id / 10 }));
    const choice = { using: '', distance: 'Dot', diversity: 0.5, limit: 10 } as const;
    t.deepEqual(await check(ground, [], choice), []);
    t.deepEqual(await check(ground, candidates.slice(1, 2), choice), [1]);
    t.deepEqual(await check(ground, candidates.slice(1, 2), { ...choice, limit: 0 }), []);
    t.deepEqual(
      (await check(ground, candidates, choice)).toSorted((a, b) => a - b),
      [0, 1, 2],
    );
    t.is((await check(ground, candidates, choice))[0], 0);
  });
});
