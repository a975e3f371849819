import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { VectorizerError } from '../../src/core/errors.ts';
import {
  config,
  CONTEXT,
  openHouse,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  upsertOf,
} from '../collections/house.ts';
import { type FaultyCall, faultyWorld } from '../faults/faulty-files.ts';
import { contentOf, createSnapshot, ofCollection, readSnapshot, recover, storedPath, upload } from './ground.ts';

/** Every call to the disk that making or recovering a snapshot needs fails once: what was there stays, and nothing is half. */

const BOOKS = ofCollection('books');
const CALLS: readonly FaultyCall[] = [
  'create',
  'open',
  'read',
  'write',
  'sync',
  'rename',
  'mkdir',
  'syncDirectory',
  'room',
];

/** A disk whose n-th call of those counted fails, once it is armed. */
class Fault {
  private left: number | undefined;
  private readonly code: string;
  hit: string | undefined;

  constructor(code: string) {
    this.code = code;
  }

  arm(call: number): void {
    this.left = call;
    this.hit = undefined;
  }

  disarm(): void {
    this.left = undefined;
  }

  readonly rule = (call: FaultyCall, path: string): string | undefined => {
    if (this.left === undefined || !CALLS.includes(call) || --this.left > 0) return undefined;
    this.left = undefined;
    this.hit = `${call} ${path}`;
    return this.code;
  };
}

interface Ground {
  readonly house: TestHouse;
  readonly fault: Fault;
  readonly snapshot: Buffer;
}

async function withGround(code: string, use: (ground: Ground) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  const fault = new Fault(code);
  const house = await openHouse(folder, faultyWorld(fault.rule));
  try {
    await house.database.create('books', config(2, 'Dot', { shardNumber: 2 }));
    const points = (mark: string) =>
      Array.from({ length: 30 }, (_, id) => ({ id, vector: [id, 1], payload: { id, mark } }));
    await house.database.collection('books').update(CONTEXT, upsertOf('books', points('old')));
    const { name } = await createSnapshot(house, BOOKS);
    const snapshot = await readSnapshot(house, BOOKS, name);
    await house.snapshots.delete({ scope: BOOKS, name });
    await house.database.collection('books').update(CONTEXT, upsertOf('books', points('new')));
    await use({ house, fault, snapshot });
  } finally {
    await house.close();
    await removeFolder(folder);
  }
}

/** Names of all files but those of LevelDB and of checkpoints, which may be written at any time. */
async function leftovers({ folder }: TestHouse): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /part-|snapshots_temp\/captures\/.|^collections\/\d+$/.test(name)).toSorted();
}

function refusedClearly(t: ExecutionContext, error: unknown, code: string, hit: string | undefined): void {
  t.true(error instanceof VectorizerError, `${hit}: ${String(error)}`);
  const kinds = code === 'ENOSPC' ? ['insufficient_storage'] : ['internal', 'insufficient_storage'];
  t.true(kinds.includes((error as VectorizerError).kind), `${hit}: ${String(error)}`);
}

for (const code of ['ENOSPC', 'EIO']) {
  test(`${code} at every call of making a snapshot: it is refused and nothing is left, or it is whole`, async (t) => {
    t.timeout(120_000);
    await withGround(code, async ({ house, fault }) => {
      const books = house.database.collection('books');
      const before = await contentOf(books);
      for (let call = 1; ; call++) {
        fault.arm(call);
        const made = await createSnapshot(house, BOOKS).catch((error: unknown) => error);
        fault.disarm();
        const { hit } = fault;
        if (made instanceof Error) {
          refusedClearly(t, made, code, hit);
          t.deepEqual(await house.snapshots.list(BOOKS), [], hit ?? '');
        } else {
          const [kept] = await house.snapshots.list(BOOKS);
          t.deepEqual(made, kept as never, hit ?? '');
          const bytes = await readFile(storedPath(house, BOOKS, kept?.name ?? ''));
          t.is(bytes.length, kept?.bytes ?? 0);
          await house.snapshots.delete({ scope: BOOKS, name: kept?.name ?? '' });
        }
        t.deepEqual(await leftovers(house), ['collections/1'], hit ?? '');
        t.deepEqual(await contentOf(books), before);
        if (hit === undefined) break;
      }
    });
  });

  test(`${code} at every call of a recovery: the old data stay, or the new ones are there, whole`, async (t) => {
    t.timeout(120_000);
    await withGround(code, async ({ house, fault, snapshot }) => {
      const content = (): Promise<readonly string[]> => contentOf(house.database.collection('books'));
      const before = await content();
      for (let call = 1; ; call++) {
        fault.arm(call);
        const done = await recover(house, BOOKS, upload(snapshot)).catch((error: unknown) => error);
        fault.disarm();
        const { hit } = fault;
        const after = await content();
        if (done === true) {
          t.true(after.every((line) => line.includes('"old"')) && after.length === 30, hit ?? '');
          break;
        }
        refusedClearly(t, done, code, hit);
        // Once it is published, only keeping the upload can fail.
        const isPublished = after.some((line) => line.includes('"old"'));
        if (isPublished)
          t.true(
            after.every((line) => line.includes('"old"')),
            hit,
          );
        else t.deepEqual(after, before, hit);
        t.deepEqual((await leftovers(house)).length, 1, `${hit}: ${(await leftovers(house)).join()}`);
        t.deepEqual(await readdir(join(house.folder, 'snapshots/books')), [], hit);
      }
    });
  });
}
