import type { Collection } from '../../src/collections/collection.ts';
import type { CollectionConfig, Distance } from '../../src/core/collection-config.ts';
import type { Random } from '../../src/query/draw.ts';
import type { SegmentOptions } from '../../src/segments/segment.ts';
import { configOf, CONTEXT, openHouse, removeFolder, temporaryFolder, type TestPoint, upsertOf } from './house.ts';
import { denseConfig, type PlainVector, sparseConfig } from './plain-vectors.ts';

/** Points with vectors of every kind, and what list algebra on them asks of a collection. */

export const SIZE = 6;

export function configWith(distance: Distance, shardNumber: number): CollectionConfig {
  return configOf(
    [
      denseConfig('', SIZE, distance),
      denseConfig('half', SIZE, distance, { datatype: 'float16' }),
      denseConfig('byte', SIZE, distance, { datatype: 'uint8' }),
      denseConfig('rows', SIZE, distance, { multivector: true }),
    ],
    [sparseConfig('words'), sparseConfig('rare', { modifier: 'idf' })],
    { shardNumber, maxOptimizationThreads: 0 },
  );
}

export function randomRow(random: Random): number[] {
  return Array.from({ length: SIZE }, () => Math.fround(random() * 2 - 1));
}

export function randomVectors(random: Random): Readonly<Record<string, PlainVector>> {
  const sparse = (): PlainVector => {
    const indices = [...new Set(Array.from({ length: 3 }, () => Math.floor(random() * 12)))].toSorted((a, b) => a - b);
    return { indices, values: indices.map(() => Math.fround(random())) };
  };
  return {
    '': randomRow(random),
    half: randomRow(random),
    byte: Array.from({ length: SIZE }, () => Math.floor(random() * 256)),
    rows: Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomRow(random)),
    words: sparse(),
    rare: sparse(),
  };
}

/** What the functions under test take of a collection. */
export interface ListGround {
  readonly collection: Collection;
  readonly compute: SegmentOptions['compute'];
}

export async function withCollection(
  config: CollectionConfig,
  run: (ground: ListGround) => Promise<void>,
): Promise<void> {
  const house = await openHouse(await temporaryFolder());
  try {
    await house.database.create('c', config);
    await run({ collection: house.database.collection('c'), compute: house.compute });
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
}

export async function upsert({ collection }: ListGround, points: readonly TestPoint[]): Promise<void> {
  await collection.update(CONTEXT, upsertOf('c', points));
}
