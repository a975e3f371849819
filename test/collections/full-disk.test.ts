import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Files, OpenFile, World } from '../../src/base/world.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idText } from '../../src/core/ids.ts';
import {
  config,
  configOf,
  CONTEXT,
  deleteOf,
  idOf,
  openHouse,
  queryOf,
  READ,
  realWorld,
  removeFolder,
  temporaryFolder,
  upsertOf,
  WAIT,
} from './house.ts';
import { denseConfig, toPlainVectors } from './plain-vectors.ts';

/** The real disk, with a switch that fills it. */
function fillableWorld(): {
  world: World;
  fill(isFull: boolean): void;
  /** The logs alone find no room. */
  fillLogs(isFull: boolean): void;
  fillStore(isFull: boolean): void;
  storeRefusals(): number;
} {
  const world = realWorld();
  let isFull = false;
  let areLogsFull = false;
  // The key-value store asks for free space before it writes; files are simply written.
  let isStoreFull = false;
  let refusals = 0;
  const check = (path: string): void => {
    if (isFull || (areLogsFull && path.includes('/log/')))
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  const guardFile = (path: string, file: OpenFile): OpenFile => ({
    read: (target, position) => file.read(target, position),
    readSync: (target, position) => file.readSync(target, position),
    truncate: (bytes) => file.truncate(bytes),
    sync: () => file.sync(),
    close: () => file.close(),
    write: async (parts, position) => {
      check(path);
      await file.write(parts, position);
    },
  });
  const real = world.files;
  const files: Files = {
    open: async (path, mode) => guardFile(path, await real.open(path, mode)),
    rename: (source, target) => real.rename(source, target),
    link: (source, target) => real.link(source, target),
    unlink: (path) => real.unlink(path),
    mkdir: (path) => real.mkdir(path),
    remove: (path) => real.remove(path),
    list: (path) => real.list(path),
    stat: (path) => real.stat(path),
    realPath: (path) => real.realPath(path),
    syncDirectory: (path) => real.syncDirectory(path),
    freeBytes: async (path) => {
      if (!isFull && !isStoreFull) return real.freeBytes(path);
      refusals++;
      return 0;
    },
  };
  return {
    world: { ...world, files },
    fill: (value) => {
      isFull = value;
    },
    fillLogs: (value) => {
      areLogsFull = value;
    },
    storeRefusals: () => refusals,
    fillStore: (value) => {
      isStoreFull = value;
    },
  };
}

test('on a full disk writes are refused clearly, reads go on, and writes work again once there is room', async (t) => {
  const { world, fill } = fillableWorld();
  const folder = await temporaryFolder();
  let house = await openHouse(folder, world);
  try {
    await house.database.create('c', config(2, 'Dot'));
    const collection = house.database.collection('c');
    const write = (id: number) => collection.update(CONTEXT, upsertOf('c', [{ id, vector: [id, 1] }]));
    const found = async (): Promise<string[]> => {
      const [hits = []] = await house.database
        .collection('c')
        .query(CONTEXT, { collection: 'c', queries: [queryOf([1, 0])], ...READ });
      return hits.map(({ id }) => idText(id));
    };
    await write(1);
    fill(true);
    for (let attempt = 0; attempt < 3; attempt++) {
      const error = await t.throwsAsync<VectorizerError>(() => write(2), { instanceOf: VectorizerError });
      t.is(error?.kind, 'insufficient_storage');
      t.deepEqual(await found(), ['1'], 'nothing of it is there, and reading goes on');
    }
    fill(false);
    await write(3);
    t.deepEqual(await found(), ['3', '1']);
    fill(true);
    await house.close();
    fill(false);
    house = await openHouse(folder, world);
    t.deepEqual(await found(), ['3', '1'], 'the last checkpoint had no room; the log kept everything');
  } finally {
    await house.close();
    await removeFolder(folder);
  }
});

test('a compaction whose checkpoint finds no room keeps its files: they are what the next checkpoint names', async (t) => {
  const { world, fillStore, storeRefusals } = fillableWorld();
  const folder = await temporaryFolder();
  let house = await openHouse(folder, world);
  try {
    const small = config(2, 'Dot', { indexingThreshold: 1, vacuumMinVectorNumber: 100 });
    await house.database.create('c', { ...small, wal: { ...small.wal, walCapacityMb: 1 } });
    const collection = house.database.collection('c');
    const points = Array.from({ length: 1000 }, (_, id) => ({ id, vector: [id, 1] }));
    await collection.update(CONTEXT, upsertOf('c', points));
    const segments = join(folder, 'collections', '1', '0', 'segments');
    while (!(await world.files.list(segments)).includes('1-0-graph-1000.bin')) await delay(20);
    fillStore(true);
    await collection.update(CONTEXT, deleteOf('c', [...Array(400).keys()]));
    while (collection.info().status !== 'red') await delay(20);
    // Enough for another checkpoint, which fails and sweeps too.
    const refused = storeRefusals();
    const payload = { text: 'x'.repeat(2_000_000) };
    await collection.update(CONTEXT, upsertOf('c', [{ id: 400, vector: [400, 1], payload }]));
    while (storeRefusals() === refused) await delay(20);
    await delay(100);
    fillStore(false);
    await house.close();
    house = await openHouse(folder, world);
    const again = house.database.collection('c');
    t.is(again.pointCount, 600);
    const page = await again.scroll(CONTEXT, {
      collection: 'c',
      offset: undefined,
      limit: 1000,
      filter: undefined,
      orderBy: undefined,
      withPayload: { kind: 'none' },
      withVector: { kind: 'all' },
      ...READ,
    });
    t.deepEqual(
      page.points.map(({ vectors }) => vectors?.[0]?.vector.values[0]),
      points.slice(400).map(({ id }) => id),
    );
  } finally {
    await house.close();
    await removeFolder(folder);
  }
});

test('a vector field that found no room: none, or one whose vectors are kept, also after a restart', async (t) => {
  const { world, fill, fillLogs } = fillableWorld();
  const folder = await temporaryFolder();
  let house = await openHouse(folder, world);
  try {
    await house.database.create('c', configOf([denseConfig('', 2, 'Dot'), denseConfig('old', 2, 'Dot')], []));
    const late = { kind: 'dense', ...denseConfig('late', 3, 'Dot') } as const;
    const create = () => house.database.createVectorField({ collection: 'c', field: late, ...WAIT });
    const drop = () => house.database.deleteVectorField({ collection: 'c', name: 'old', ...WAIT });
    const write = (id: number) =>
      house.database
        .collection('c')
        .update(CONTEXT, upsertOf('c', [{ id, vector: [id, 1], vectors: { late: [id, 2, 3] } }]));
    const lateOf = async (id: number): Promise<unknown> => {
      const found = await house.database.collection('c').get(CONTEXT, { collection: 'c', id: idOf(id), ...READ });
      return toPlainVectors(found.vectors)['late'];
    };
    const refused = async (run: () => Promise<unknown>): Promise<void> => {
      const error = await t.throwsAsync<VectorizerError>(run, { instanceOf: VectorizerError });
      t.is(error?.kind, 'insufficient_storage');
    };
    await house.database.collection('c').update(CONTEXT, upsertOf('c', [{ id: 9, vectors: { old: [1, 1] } }]));
    fill(true);
    await refused(create);
    fill(false);
    await t.throwsAsync(() => write(1), { message: 'Not existing vector name error: late' });
    // The catalogue has taken it, the log has not.
    fillLogs(true);
    await refused(create);
    await refused(() => write(2));
    await refused(drop);
    fillLogs(false);
    await write(3);
    t.deepEqual(await lateOf(3), [3, 2, 3], 'what is acknowledged is there');
    await t.throwsAsync(
      () => house.database.collection('c').update(CONTEXT, upsertOf('c', [{ id: 1, vectors: { old: [1, 1] } }])),
      {
        message: 'Not existing vector name error: old',
      },
    );
    const found = await house.database.collection('c').get(CONTEXT, { collection: 'c', id: idOf(9), ...READ });
    t.deepEqual(found.vectors, []);
    await house.close();
    house = await openHouse(folder, world);
    t.deepEqual(await lateOf(3), [3, 2, 3]);
  } finally {
    await house.close();
    await removeFolder(folder);
  }
});
