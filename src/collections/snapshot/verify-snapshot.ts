import type { World } from '../../base/world.ts';
import { VectorizerError } from '../../core/errors.ts';
import type { SnapshotReport } from '../../core/snapshots.ts';
import { readStream } from '../../storage/file-stream.ts';
import type { SnapshotHead } from './head.ts';
import { readSnapshot, type SnapshotVisitor } from './read-snapshot.ts';
import { localSnapshot, type ReadingOptions, snapshotBytes } from './snapshot-bytes.ts';

/**
 * Reads a snapshot to its last byte and reports every damage; changes nothing. Throws bad_request where there is no such
 * file, bad_input where it is no snapshot of ours, timeout where the signal aborts.
 */
export async function verifySnapshot(world: World, path: string, options: ReadingOptions): Promise<SnapshotReport> {
  const snapshot = await localSnapshot(world, path);
  const { bytes } = snapshot;
  const findings: string[] = [];
  try {
    const read = await readSnapshot(snapshotBytes(world, snapshot, options), path, DRAIN, (finding) =>
      findings.push(finding),
    );
    return { ...read, bytes, findings };
  } catch (error) {
    // Caught to report it with what was found before: nothing can be read behind it.
    if (!(error instanceof VectorizerError) || error.kind !== 'data_damaged') throw error;
    return { kind: undefined, bytes, members: 0, collections: [], findings: [...findings, error.message] };
  }
}

/** What a snapshot holds, by its first member. Throws as verifySnapshot, and data_damaged where that member is damaged. */
export async function inspectSnapshot(world: World, path: string): Promise<SnapshotHead> {
  const { bytes } = await localSnapshot(world, path);
  let head: SnapshotHead | undefined;
  const found = new Error('the head was read');
  const visitor = {
    ...DRAIN,
    head: async (read: SnapshotHead): Promise<void> => {
      head = read;
      // Nothing behind it is wanted.
      throw found;
    },
  };
  try {
    await readSnapshot(
      readStream(world, path, { start: 0, end: bytes, memory: 'reused' }),
      path,
      visitor,
      (finding) => {
        throw new VectorizerError('data_damaged', finding);
      },
    );
  } catch (error) {
    // Caught to end the reading.
    if (error !== found) throw error;
  }
  if (head === undefined) throw new VectorizerError('data_damaged', `${path}: its head is missing`);
  return head;
}

/** Takes everything and keeps nothing. */
const DRAIN: SnapshotVisitor = {
  head: async () => undefined,
  file: async (_place, _file, content) => {
    for await (const _ of content);
  },
  entries: async (_place, _family, entries) => {
    for (const _ of entries);
  },
};
