import { deepStrictEqual } from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import type { Collection } from '../../src/collections/collection.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import {
  config,
  CONTEXT,
  openHouse,
  type RawPoint,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  WAIT,
} from './house.ts';
import { type Change, PointModel, requestOf } from './point-model.ts';
import { VECTOR_SIZE } from './random-changes.ts';

/** A collection of the real house and its model, which are told the same. */

/** `compacts`: after a few overwrites. Then the files change behind the updates, and cannot be copied as of one moment. */
export interface Ground {
  house: TestHouse;
  readonly model: PointModel;
  readonly compacts: boolean;
}

export async function withGround(
  shardNumber: number,
  run: (ground: Ground) => Promise<void>,
  compacts = false,
): Promise<void> {
  const house = await openHouse(await temporaryFolder());
  const ground: Ground = { house, model: new PointModel(shardNumber), compacts };
  const vacuumMinVectorNumber = compacts ? 10 : 1_000_000;
  try {
    await house.database.create('c', config(VECTOR_SIZE, 'Dot', { shardNumber, vacuumMinVectorNumber }));
    await run(ground);
  } finally {
    await ground.house.close();
    await removeFolder(ground.house.folder);
  }
}

export function collectionOf({ house }: Ground): Collection {
  return house.database.collection('c');
}

export async function answerOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => {
    if (error instanceof VectorizerError) return `${error.kind}: ${error.message}`;
    throw error;
  });
}

/** Carries a change out in both, which must answer alike. */
export async function change(ground: Ground, one: Change): Promise<void> {
  const refusal = ground.model.apply(one);
  const answer = await answerOf(
    collectionOf(ground).update(CONTEXT, { collection: 'c', change: requestOf(one), ...WAIT }),
  );
  const expected = { operationId: ground.model.answered, status: 'completed' };
  deepStrictEqual(answer, refusal === undefined ? expected : `not_found: ${refusal}`, one.kind);
}

export async function restart(ground: Ground): Promise<void> {
  await ground.house.close();
  ground.house = await openHouse(ground.house.folder);
}

/** The files as they are, copied while the process has them open. */
export async function crash(ground: Ground): Promise<void> {
  if (ground.compacts) return restart(ground);
  const folder = await temporaryFolder();
  const { house } = ground;
  await cp(house.folder, folder, { recursive: true });
  await house.close();
  await removeFolder(house.folder);
  ground.house = await openHouse(folder);
}

/** `SEED` fixes what is drawn, `RUNS` multiplies how much. fast-check prints seed and path of a failure, shrunk. */
export async function check<T>(
  t: ExecutionContext,
  runs: number,
  arbitrary: fc.Arbitrary<T>,
  run: (value: T) => Promise<void>,
): Promise<void> {
  const times = Number(process.env['RUNS'] ?? 1);
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.timeout(100_000 * (times + 1));
  t.log(`SEED=${seed}`);
  await fc.assert(fc.asyncProperty(arbitrary, run), {
    seed,
    numRuns: runs * times,
    interruptAfterTimeLimit: 60_000 * times,
    includeErrorInReport: true,
  });
  t.pass();
}

/** Points in pieces of 500. */
export async function fill(ground: Ground, points: readonly RawPoint[]): Promise<void> {
  for (let first = 0; first < points.length; first += 500) {
    const piece = points.slice(first, first + 500);
    await change(ground, { kind: 'upsert', points: piece, mode: 'upsert', updateFilter: undefined });
  }
}
