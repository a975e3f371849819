import test from 'ava';
import type { Files, OpenFile, World } from '../../src/base/world.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idText } from '../../src/core/ids.ts';
import {
  config,
  CONTEXT,
  openHouse,
  queryOf,
  READ,
  realWorld,
  removeFolder,
  temporaryFolder,
  upsertOf,
} from './house.ts';

/** The real disk, with a switch that fills it. */
function fillableWorld(): { world: World; fill(isFull: boolean): void } {
  const world = realWorld();
  let isFull = false;
  const check = (): void => {
    if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  const guardFile = (file: OpenFile): OpenFile => ({
    read: (target, position) => file.read(target, position),
    readSync: (target, position) => file.readSync(target, position),
    truncate: (bytes) => file.truncate(bytes),
    sync: () => file.sync(),
    close: () => file.close(),
    write: async (parts, position) => {
      check();
      await file.write(parts, position);
    },
  });
  const real = world.files;
  const files: Files = {
    open: async (path, mode) => guardFile(await real.open(path, mode)),
    rename: (source, target) => real.rename(source, target),
    link: (source, target) => real.link(source, target),
    unlink: (path) => real.unlink(path),
    mkdir: (path) => real.mkdir(path),
    remove: (path) => real.remove(path),
    list: (path) => real.list(path),
    stat: (path) => real.stat(path),
    syncDirectory: (path) => real.syncDirectory(path),
    freeBytes: async (path) => (isFull ? 0 : real.freeBytes(path)),
  };
  return {
    world: { ...world, files },
    fill: (value) => {
      isFull = value;
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
    const write = (id: number) => collection.upsert(CONTEXT, upsertOf('c', [{ id, vector: [id, 1] }]));
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
