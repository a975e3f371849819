import { join } from 'node:path';
import { invariant } from '../base/invariant.ts';
import type { Files } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { SEGMENT_HEADER_BYTES, parseSegmentName } from './log-format.ts';
import { SegmentBreach, readRecords, readSegmentHeader } from './log-reader.ts';
import { isTorn } from './log-tear.ts';

/** What the last write before a crash left half done, and was cut off: `bytes` from `offset` of `file`. */
export interface TornTail {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A file of the log. `bytes` is its durable length; `salt` is known for segments that are written to. */
export interface Segment {
  readonly name: string;
  readonly first: number;
  readonly salt: number;
  bytes: number;
}

export interface OpenedSegments {
  readonly segments: Segment[];
  readonly generation: number;
  /** 0 if the log is empty. */
  readonly lastSequence: number;
  readonly tornTail: TornTail | undefined;
  /** The last record before the first that the log holds; 0: it holds all, or none. */
  readonly previous: number;
}

/**
 * Finds the segments of a log and reads the last one, where alone a crash can have left something half done:
 *
 *   last segment sound                            nothing to do
 *   broken at x, a group begins behind x          damage: refused
 *   broken at x, the record is wholly there       damage: refused
 *   broken at x, cut or with holes                the torn end of the last write: cut off at x
 *   cut down to no record, or header torn         the file goes, and the segment before it is the last
 *
 * tornEnd   `leave`: the files stay as they are.
 */
export async function openSegments(files: Files, directory: string, tornEnd: 'cut' | 'leave'): Promise<OpenedSegments> {
  const segments = await listSegments(files, directory);
  const generation = segments.reduce((highest, segment) => Math.max(highest, segment.generation), 1);
  let tornTail: TornTail | undefined;
  for (;;) {
    const last = segments.at(-1);
    if (last === undefined) return { segments: [], generation, lastSequence: 0, tornTail, previous: 0 };
    const path = join(directory, last.name);
    const { validBytes, salt, lastSequence } = await scanLast(files, path, last.bytes);
    if (validBytes < last.bytes) {
      tornTail = { file: path, offset: validBytes, bytes: last.bytes - validBytes };
    }
    if (validBytes > SEGMENT_HEADER_BYTES) {
      if (validBytes < last.bytes && tornEnd === 'cut') await cut(files, path, validBytes);
      segments.splice(-1, 1, { ...last, salt, bytes: validBytes });
      const previous = await previousOf(files, directory, segments);
      return { segments, generation, lastSequence, tornTail, previous };
    }
    if (tornEnd === 'cut') {
      await files.unlink(path);
      await files.syncDirectory(directory);
    }
    segments.pop();
  }
}

async function previousOf(files: Files, directory: string, [first]: readonly Segment[]): Promise<number> {
  if (first === undefined) return 0;
  const path = join(directory, first.name);
  const file = await files.open(path, 'read');
  try {
    return (await readSegmentHeader(file, first.bytes)).previous;
  } catch (error) {
    // Caught to add the file's name.
    if (error instanceof SegmentBreach) throw dataDamaged(`${path} at byte ${error.offset}`, error.message, error);
    throw error;
  } finally {
    await file.close();
  }
}

type Listed = Segment & { readonly generation: number };

async function listSegments(files: Files, directory: string): Promise<Listed[]> {
  const names = await files.list(directory);
  const listed = names.flatMap((name) => {
    const parsed = parseSegmentName(name);
    return parsed === undefined ? [] : [{ name, ...parsed }];
  });
  listed.sort((a, b) => a.generation - b.generation || a.first - b.first);
  return Promise.all(
    listed.map(async (segment) => {
      const stat = await files.stat(join(directory, segment.name));
      return Object.assign(segment, {
        salt: 0,
        bytes: stat?.bytes ?? 0,
      });
    }),
  );
}

/** How much of the last segment is sound. Throws data_damaged if what is not sound is more than a torn end. */
async function scanLast(
  files: Files,
  path: string,
  bytes: number,
): Promise<{ readonly validBytes: number; readonly salt: number; readonly lastSequence: number }> {
  const file = await files.open(path, 'read');
  try {
    const header = await readSegmentHeader(file, bytes).catch((error: unknown) => {
      // A header is durable before the first record is begun: alone it may be torn, with records behind it not.
      if (error instanceof SegmentBreach && error.offset === 0 && bytes <= SEGMENT_HEADER_BYTES) return undefined;
      throw error;
    });
    if (header === undefined) return { validBytes: 0, salt: 0, lastSequence: 0 };
    let lastSequence = 0;
    try {
      for await (const records of readRecords(file, header, bytes)) {
        lastSequence = records.at(-1)?.sequence ?? lastSequence;
      }
      return { validBytes: bytes, salt: header.salt, lastSequence };
    } catch (error) {
      // Caught to tell a torn end from damage.
      if (!(error instanceof SegmentBreach) || !(await isTorn(file, header, error.offset, bytes))) throw error;
      return { validBytes: error.offset, salt: header.salt, lastSequence: error.lastSequence };
    }
  } catch (error) {
    // Caught to add the file's name.
    if (error instanceof SegmentBreach) throw dataDamaged(`${path} at byte ${error.offset}`, error.message, error);
    throw error;
  } finally {
    await file.close();
  }
}

async function cut(files: Files, path: string, bytes: number): Promise<void> {
  invariant(bytes > SEGMENT_HEADER_BYTES, 'log: a segment keeps a record or goes');
  const file = await files.open(path, 'write');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
