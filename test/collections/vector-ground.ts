import { deepStrictEqual } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection } from '../../src/collections/collection.ts';
import type { CollectionConfig, VectorFieldConfig } from '../../src/core/collection-config.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Condition, Filter } from '../../src/core/filter.ts';
import { idColumn, idText } from '../../src/core/ids.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { PointChange } from '../../src/core/requests.ts';
import {
  columns,
  CONTEXT,
  idOf,
  openHouse,
  PARAMS,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  WAIT,
} from './house.ts';
import { type PlainVector, toPlainVectors } from './plain-vectors.ts';
import { type GivenPoint, VectorModel, type VectorTarget } from './vector-model.ts';
import { isNear } from './vector-oracle.ts';

/** A collection with any number of vector fields, and its model, which are told the same. */
export interface VectorGround {
  house: TestHouse;
  readonly model: VectorModel;
}

export async function withVectors(
  config: CollectionConfig,
  run: (ground: VectorGround) => Promise<void>,
): Promise<void> {
  const house = await openHouse(await temporaryFolder());
  const ground: VectorGround = { house, model: new VectorModel(config) };
  try {
    await house.database.create('c', config);
    await run(ground);
  } finally {
    await ground.house.close();
    await removeFolder(ground.house.folder);
  }
}

export function collectionOf({ house }: VectorGround): Collection {
  return house.database.collection('c');
}

/** What is answered, or why it is refused. */
export async function answerOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'done';
  } catch (error) {
    // Caught to compare; anything that is no answer is passed on.
    if (error instanceof VectorizerError && error.kind !== 'internal') return `${error.kind}: ${error.message}`;
    throw error;
  }
}

async function change(ground: VectorGround, one: PointChange, expected: string): Promise<void> {
  deepStrictEqual(
    await answerOf(collectionOf(ground).update(CONTEXT, { collection: 'c', change: one, ...WAIT })),
    expected,
  );
}

function columnsOf(points: readonly GivenPoint[]): ReturnType<typeof columns> {
  return columns(points.map(({ id, n, vectors }) => ({ id, vectors, payload: { n } })));
}

export async function upsert(ground: VectorGround, points: readonly GivenPoint[]): Promise<void> {
  ground.model.upsert(points);
  await change(ground, { kind: 'upsert', points: columnsOf(points), mode: 'upsert', updateFilter: undefined }, 'done');
}

export async function updateVectors(ground: VectorGround, points: readonly GivenPoint[]): Promise<void> {
  const expected = missing(
    ground,
    points.map(({ id }) => id),
  );
  ground.model.updateVectors(points);
  const given = columns(points.map(({ id, vectors }) => ({ id, vectors })));
  await change(ground, { kind: 'update_vectors', points: given, updateFilter: undefined }, expected);
}

export async function deleteVectors(
  ground: VectorGround,
  target: VectorTarget,
  names: readonly string[],
): Promise<void> {
  const unknown = names.find((name) => ground.model.fieldNamed(name) === undefined);
  const expected =
    unknown === undefined
      ? missing(ground, 'ids' in target ? target.ids : [])
      : `bad_input: Not existing vector name error: ${unknown}`;
  if (unknown === undefined) ground.model.deleteVectors(target, names);
  const ids = 'ids' in target ? idColumn(target.ids.map(idOf)) : undefined;
  const filter = 'ids' in target ? undefined : filterOf(target);
  await change(ground, { kind: 'delete_vectors', names, filter, ids }, expected);
}

export async function deletePoints(ground: VectorGround, target: VectorTarget): Promise<void> {
  ground.model.delete(target);
  const given =
    'ids' in target
      ? ({ kind: 'ids', ids: idColumn(target.ids.map(idOf)) } as const)
      : ({ kind: 'filter', filter: filterOf(target) } as const);
  await change(ground, { kind: 'delete', target: given }, 'done');
}

/** Some shard names the first that it misses; of several shards which one is not told, so ids stand in one order. */
function missing({ model }: VectorGround, ids: readonly number[]): string {
  const absent = ids.filter((id) => !model.points.has(id));
  if (absent.length === 0) return 'done';
  if (model.shardCount > 1 && absent.length > 1) throw new Error('one missing point at a time');
  return `not_found: No point with id ${absent[0]} found`;
}

export async function createField(ground: VectorGround, field: VectorFieldConfig): Promise<void> {
  const known = ground.model.fieldNamed(field.name);
  const answer = await answerOf(ground.house.database.createVectorField({ collection: 'c', field, ...WAIT }));
  if (known === undefined) deepStrictEqual(answer, 'done');
  else if (shapeOf(known) !== shapeOf(field)) deepStrictEqual(answer.split(':')[0], 'bad_input');
  else deepStrictEqual(answer, 'done');
  ground.model.createField(field);
}

export async function deleteField(ground: VectorGround, name: string): Promise<void> {
  const answer = await answerOf(ground.house.database.deleteVectorField({ collection: 'c', name, ...WAIT }));
  deepStrictEqual(answer, 'done');
  ground.model.deleteField(name);
}

/** What makes two fields of a name different ones. */
function shapeOf(field: VectorFieldConfig): string {
  if (field.kind === 'sparse') return JSON.stringify([field.modifier ?? 'none', field.index?.datatype]);
  const { size, distance, multivector, datatype = 'float32' } = field;
  return JSON.stringify([size, distance, multivector, datatype]);
}

export async function restart(ground: VectorGround): Promise<void> {
  await ground.house.close();
  ground.house = await openHouse(ground.house.folder);
}

/** The files as they are, copied while the process has them open. */
export async function crash(ground: VectorGround): Promise<void> {
  await reopenCopy(ground, await copyOf(ground));
}

/** As `change` leaves the files, but for the logs of these shards, which a crash has kept from it. */
export async function crashBeforeLog(
  ground: VectorGround,
  change: () => Promise<void>,
  shards: readonly number[],
): Promise<void> {
  const before = await copyOf(ground);
  await change();
  const after = await copyOf(ground);
  for (const shard of shards) {
    const log = join('collections', String(collectionOf(ground).number), String(shard), 'log');
    await rm(join(after, log), { recursive: true, force: true });
    // A shard that was never written to has none.
    if (existsSync(join(before, log))) await cp(join(before, log), join(after, log), { recursive: true });
  }
  await removeFolder(before);
  await reopenCopy(ground, after);
}

/**
 * What a crash leaves is one moment of the folder. A copy takes longer: it is taken again where a checkpoint has written
 * or removed files meanwhile.
 */
async function copyOf(ground: VectorGround): Promise<string> {
  for (;;) {
    const before = await stillFiles(ground);
    const folder = await temporaryFolder();
    await cp(ground.house.folder, folder, { recursive: true });
    if (before !== undefined && before === (await stillFiles(ground))) return folder;
    await removeFolder(folder);
    await delay(5);
  }
}

/** The names of all files, or undefined while a checkpoint runs. */
async function stillFiles(ground: VectorGround): Promise<string | undefined> {
  if (collectionOf(ground).shards.some((shard) => shard.checkpointIsRunning)) return undefined;
  const names = await readdir(ground.house.folder, { recursive: true });
  return names.toSorted().join();
}

async function reopenCopy(ground: VectorGround, folder: string): Promise<void> {
  await ground.house.close();
  await removeFolder(ground.house.folder);
  ground.house = await openHouse(folder);
}

export function filterOf(target: VectorTarget): Filter {
  const nothing = { must: [], should: [], mustNot: [], minShould: undefined };
  if ('ids' in target) return { ...nothing, must: [{ kind: 'has_id', ids: target.ids.map(idOf) }] };
  if ('hasVector' in target) return { ...nothing, must: [{ kind: 'has_vector', name: target.hasVector }] };
  if ('lacksVector' in target) return { ...nothing, mustNot: [{ kind: 'has_vector', name: target.lacksVector }] };
  const path = jsonPath('n');
  if (path === undefined) throw new Error('a path');
  const isN: Condition = { kind: 'field', path, predicates: [{ kind: 'value', value: BigInt(target.n) }] };
  return { ...nothing, must: [isN] };
}

/** Everything that the collection holds, by scrolling, and what it is told to be. */
export async function checkContent(ground: VectorGround): Promise<void> {
  const { model } = ground;
  const collection = collectionOf(ground);
  const names = model.fields.map(({ name }) => name);
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit: 10_000,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'all' },
    ...READ,
  });
  deepStrictEqual(
    page.points.map(({ id, payload, vectors }) => [idText(id), payloadOf(payload), toPlainVectors(vectors)]),
    model.matching(undefined).map(([id, { n, vectors }]) => [String(id), { n }, sorted(vectors)]),
  );
  deepStrictEqual(collection.pointCount, model.points.size);
  const { vectors, sparseVectors } = collection.info().config.params;
  deepStrictEqual([...vectors, ...sparseVectors].map(({ name }) => name).toSorted(), names.toSorted());
  const selected = names.slice(0, 2);
  const ids = [...model.points.keys()];
  const withVector = { kind: 'names', names: selected } as const;
  const given = { collection: 'c', ids: ids.map(idOf), withPayload: { kind: 'none' }, withVector, ...READ } as const;
  deepStrictEqual(
    (await collection.retrieve(CONTEXT, given)).map((point) => toPlainVectors(point.vectors)),
    ids.map((id) =>
      sorted(new Map([...(model.points.get(id)?.vectors ?? [])].filter(([name]) => selected.includes(name)))),
    ),
  );
  for (const name of names) {
    for (const target of [{ hasVector: name }, { lacksVector: name }]) {
      deepStrictEqual(
        await idsOf(collection, filterOf(target)),
        model.matching(target).map(([id]) => id),
        JSON.stringify(target),
      );
    }
  }
}

async function idsOf(collection: Collection, filter: Filter): Promise<readonly number[]> {
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit: 10_000,
    filter,
    orderBy: undefined,
    withPayload: { kind: 'none' },
    withVector: { kind: 'none' },
    ...READ,
  });
  return page.points.map(({ id }) => Number(idText(id)));
}

function payloadOf(payload: Uint8Array | undefined): unknown {
  return JSON.parse(Buffer.from(payload ?? []).toString());
}

function sorted(vectors: ReadonlyMap<string, PlainVector>): unknown {
  return Object.fromEntries([...vectors].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export interface Question {
  readonly name: string;
  readonly query: PlainVector;
  readonly target: VectorTarget | undefined;
  readonly limit: number;
  readonly exact: boolean;
}

/** One search against brute force: as many hits, each with its own score, and the best ones at every rank. */
export async function checkSearch(
  ground: VectorGround,
  { name, query, target, limit, exact }: Question,
): Promise<void> {
  const { model } = ground;
  const filter = target === undefined ? undefined : filterOf(target);
  const params = { ...PARAMS, exact };
  const [hits = []] = await collectionOf(ground).query(CONTEXT, {
    collection: 'c',
    queries: [queryOf(query, { using: name, filter, limit, params })],
    ...READ,
  });
  const expected = model.search(name, query, target);
  const own = new Map(expected);
  const distance = model.distanceOf(name);
  const what = `${JSON.stringify(model.fieldNamed(name))}, ${JSON.stringify(target)}`;
  const ids = hits.map(({ id }) => Number(idText(id)));
  deepStrictEqual(ids.length, Math.min(limit, expected.length), `as many hits as there are points: ${what}`);
  deepStrictEqual(new Set(ids).size, ids.length, `no point twice: ${what}`);
  hits.forEach(({ score }, rank) => {
    const id = ids[rank] as number;
    const mine = own.get(id);
    if (mine === undefined) throw new Error(`point ${id} does not belong there: ${what}`);
    if (!isNear(score, mine, distance)) throw new Error(`point ${id} has ${score}, should have ${mine.score}: ${what}`);
    const [, best] = expected[rank] as (typeof expected)[number];
    // Both may be off by their own tolerance.
    const wanted = { score: best.score, tolerance: best.tolerance + mine.tolerance };
    if (!isNear(score, wanted, distance))
      throw new Error(`rank ${rank} has ${score}, should have ${best.score}: ${what}`);
  });
}
