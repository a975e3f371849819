import { present } from '../../base/invariant.ts';
import { VectorizerError } from '../../core/errors.ts';
import { requireRoom, RESERVE_BYTES } from '../../storage/room.ts';
import type { Database } from '../database.ts';
import type { Foundation } from '../foundation.ts';
import type { SnapshotHead } from './head.ts';
import { readSnapshot } from './read-snapshot.ts';
import { Restore } from './restore.ts';
import { type LocalSnapshot, type ReadingOptions, snapshotBytes } from './snapshot-bytes.ts';

/** A snapshot in the storage, whole and durable, of which the catalogue does not know yet. */
export interface RestoredSnapshot {
  readonly head: SnapshotHead;
  /** The numbers under which its collections stand. */
  readonly numbers: readonly number[];
  /** To be called where it is not published after all. */
  readonly erase: () => Promise<void>;
}

/**
 * Reads a snapshot into the storage under new numbers; what fails leaves nothing.
 *
 * check    throws what speaks against the snapshot, before anything of it is written.
 * Throws   bad_input naming the place where the file is not as it was written, insufficient_storage, timeout where the
 *          signal aborts.
 */
export async function restoreSnapshot(
  { world, kv }: Foundation,
  database: Database,
  snapshot: LocalSnapshot,
  options: ReadingOptions,
  check: (head: SnapshotHead) => void,
): Promise<RestoredSnapshot> {
  const numbers: number[] = [];
  const erase = async (): Promise<void> => {
    for (const number of numbers) await database.erase(number);
  };
  let head: SnapshotHead | undefined;
  const restore = new Restore(world, kv, async (found) => {
    check(found);
    head = found;
    for (const _ of found.collections) numbers.push(await database.reserveNumber());
    return ({ collection, shard }) => {
      return database.placeOf(present(numbers[collection], 'restore: a number for each collection'), shard);
    };
  });
  try {
    await world.files.mkdir(database.directory);
    await requireRoom(world.files, database.directory, snapshot.bytes + RESERVE_BYTES);
    await readSnapshot(snapshotBytes(world, snapshot, options), snapshot.name, restore, (finding) => {
      throw new VectorizerError('data_damaged', finding);
    });
    await restore.finish();
  } catch (error) {
    // Caught to undo; and what is damaged is what was handed to us, not what we keep.
    await restore.abandon();
    await erase();
    if (!(error instanceof VectorizerError) || error.kind !== 'data_damaged') throw error;
    throw new VectorizerError('bad_input', `Snapshot is damaged: ${error.message}`, { cause: error });
  }
  return { head: present(head, 'restore: a snapshot that was read has a head'), numbers, erase };
}
