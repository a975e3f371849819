import test, { type ExecutionContext } from 'ava';
import { sampleAmong, samplePoints, type SampleRequest } from '../../src/collections/query/sample.ts';
import { idText } from '../../src/core/ids.ts';
import { seededRandom } from '../seeded-random.ts';
import { deleteOf, CONTEXT } from './house.ts';
import { isN, must } from './filled-collection.ts';
import { configWith, type ListGround, randomVectors, upsert, withCollection } from './list-ground.ts';

const { signal } = CONTEXT;
const COUNT = 60;

/** Points 0 … 59 with n = id % 3; those of n 0 alone have the vector `rows`; every tenth is deleted. */
async function withSampled(shardNumber: number, run: (ground: ListGround) => Promise<void>): Promise<void> {
  await withCollection(configWith('Dot', shardNumber), async (ground) => {
    const random = seededRandom(1);
    const points = Array.from({ length: COUNT }, (_, id) => {
      const { rows = [], ...others } = randomVectors(random);
      return { id, vectors: id % 3 === 0 ? { ...others, rows } : others, payload: { n: id % 3 } };
    });
    await upsert(ground, points);
    // Replaced rows stand beside their successors.
    await upsert(ground, points.slice(0, 20));
    const deleted = points.filter(({ id }) => id % 10 === 5).map(({ id }) => id);
    await ground.collection.update(CONTEXT, deleteOf('c', deleted));
    await run(ground);
  });
}

const LIVE = Array.from({ length: COUNT }, (_, id) => id).filter((id) => id % 10 !== 5);

interface Case {
  readonly name: string;
  readonly filter: SampleRequest['filter'];
  readonly using: string | undefined;
  readonly members: readonly number[];
}

const CASES: readonly Case[] = [
  { name: 'all', filter: undefined, using: undefined, members: LIVE },
  { name: 'a filter', filter: must(isN(1)), using: undefined, members: LIVE.filter((id) => id % 3 === 1) },
  { name: 'a vector', filter: undefined, using: 'rows', members: LIVE.filter((id) => id % 3 === 0) },
  { name: 'both', filter: must(isN(0)), using: 'rows', members: LIVE.filter((id) => id % 3 === 0) },
  { name: 'both, apart', filter: must(isN(1)), using: 'rows', members: [] },
  { name: 'an unknown vector', filter: undefined, using: 'nope', members: [] },
];

async function draw(
  { collection }: ListGround,
  { filter, using }: Pick<Case, 'filter' | 'using'>,
  count: number,
  random: () => number,
): Promise<number[]> {
  const found = await samplePoints(collection.shards, { count, filter, using, signal, random });
  return found.map(({ id, shard, segment, row }) => {
    const place = shard.find(id);
    if (place?.segment !== segment || place.row !== row) throw new Error('not where the point stands');
    return Number(idText(id));
  });
}

/** All members turn up about equally often: four deviations of a fair draw. */
function checkFair(t: ExecutionContext, drawn: readonly number[], members: readonly number[], what: string): void {
  const expected = drawn.length / members.length;
  for (const member of members) {
    const times = drawn.filter((id) => id === member).length;
    t.true(
      Math.abs(times - expected) < 5 * Math.sqrt(expected),
      `${what}: ${member} came ${times} times of ${expected}`,
    );
  }
}

for (const shardNumber of [1, 3]) {
  test(`members alone, each at most once and all alike, of ${shardNumber} shards`, async (t) => {
    await withSampled(shardNumber, async (ground) => {
      const random = seededRandom(7);
      for (const { name, filter, using, members } of CASES) {
        for (const count of [0, 1, 4, Math.max(members.length - 1, 0), members.length, 1000]) {
          const drawn = await draw(ground, { filter, using }, count, random);
          t.is(drawn.length, Math.min(count, members.length), `${name}: ${count}`);
          t.is(new Set(drawn).size, drawn.length, name);
          t.true(
            drawn.every((id) => members.includes(id)),
            name,
          );
        }
        if (members.length === 0) continue;
        const few: number[] = [];
        const first: number[] = [];
        for (let round = 0; round < 600; round += 1) few.push(...(await draw(ground, { filter, using }, 3, random)));
        for (let round = 0; round < 600; round += 1) {
          const [id] = await draw(ground, { filter, using }, members.length, random);
          if (id !== undefined) first.push(id);
        }
        checkFair(t, few, members, `${name}, few`);
        checkFair(t, first, members, `${name}, the first of all`);
      }
    });
  });
}

test('among points that were found: as many as wanted, each once, at score 1', async (t) => {
  await withSampled(1, async ({ collection }) => {
    const random = seededRandom(3);
    const request = { count: 20, filter: undefined, using: undefined, signal, random };
    const found = (await samplePoints(collection.shards, request)).map((point) => ({ ...point, score: 7 }));
    const drawn = sampleAmong(found, 5, random);
    t.is(drawn.length, 5);
    t.true(drawn.every(({ score, id }) => score === 1 && found.some((point) => point.id === id)));
    t.is(sampleAmong(found, 100, random).length, 20);
    const counts = Array.from({ length: 4000 }, () => idText(sampleAmong(found, 1, random)[0]?.id ?? found[0]!.id));
    checkFair(
      t,
      counts.map(Number),
      found.map(({ id }) => Number(idText(id))),
      'among',
    );
  });
});
