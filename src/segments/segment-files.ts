import { present } from '../base/invariant.ts';
import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { ChecksummedFile } from '../storage/checksummed-file.ts';
import type { FieldSpec } from './field-spec.ts';
import { readRows, ROWS_KIND } from './rows-file.ts';
import type { SegmentField } from './segment-field.ts';
import { Segment, type SegmentOptions, type StoredField } from './segment.ts';
import { type LoadedVectors, readVectorsFile, VECTORS_KIND } from './vectors-file.ts';

/** A file that holds consecutive rows, or vectors of consecutive places, by name within its shard's folder. */
export interface FileRange {
  readonly name: string;
  readonly first: number;
  readonly count: number;
}

/** What the manifest says of a segment: the files that hold it. */
export interface SegmentManifest {
  readonly number: number;
  /** Ascending, without gaps. */
  readonly rows: readonly FileRange[];
  /** Bitmap of the rows removed; null = none. */
  readonly removed: string | null;
  readonly fields: readonly FieldManifest[];
  /** Number of the segment's next field. */
  readonly nextField: number;
}

export interface FieldManifest {
  readonly number: number;
  /** As the field was built; the collection's may be another by now. */
  readonly spec: FieldSpec;
  /** Ascending, without gaps. */
  readonly vectors: readonly FileRange[];
  readonly graph: string | null;
}

export const REMOVED_KIND = 'removed';
export const GRAPH_KIND = 'graph';

/**
 * Opens a segment: every file is read and verified, in order. Throws data_damaged, naming the file.
 * holdsOriginals  asked before each file of vectors: whether memory is to hold what makes their scores exact; where not,
 *                 the field lets go of it.
 */
export async function openSegment(
  world: World,
  directory: string,
  manifest: SegmentManifest,
  options: SegmentOptions,
  holdsOriginals: () => boolean,
): Promise<Segment> {
  const fields: StoredField[] = [];
  for (const { number, spec, graph } of manifest.fields) {
    const bytes = graph === null ? undefined : await readWhole(world, `${directory}/${graph}`, GRAPH_KIND);
    fields.push({ number, spec, graph: bytes });
  }
  const segment = new Segment(manifest.number, options, { fields, nextField: manifest.nextField });
  const removedBytes =
    manifest.removed === null ? undefined : await readWhole(world, `${directory}/${manifest.removed}`, REMOVED_KIND);
  const isRemoved = removedBytes === undefined ? (): boolean => false : bitReader(removedBytes);
  await openRows(world, directory, manifest, segment, isRemoved);
  for (const [index, { vectors }] of manifest.fields.entries()) {
    const field = present(segment.fields[index], 'segment: a field for each in its manifest');
    for await (const loaded of readVectors(world, directory, vectors, field)) {
      field.originals.addFlushed(loaded.flushed);
      if (!holdsOriginals()) field.dropRemainders();
      field.restore(loaded.rows, loaded.vectors, isRemoved);
      await field.settled();
    }
  }
  return segment;
}

async function openRows(
  world: World,
  directory: string,
  manifest: SegmentManifest,
  segment: Segment,
  isRemoved: (row: number) => boolean,
): Promise<void> {
  for (const range of manifest.rows) {
    const file = await ChecksummedFile.open(world, `${directory}/${range.name}`, ROWS_KIND);
    try {
      const block = await readRows(file);
      checkRange(file.path, { first: block.firstRow, count: block.rowCount }, range);
      segment.restore(block, isRemoved);
    } finally {
      await file.close();
    }
  }
  segment.rowsFlushed(manifest.rows);
}

/**
 * The vectors files of a field, in order. The next one is read while the caller works on this one, into the other of two
 * buffers, which all files share: a buffer for each would make the collector run for each.
 */
async function* readVectors(
  world: World,
  directory: string,
  ranges: readonly FileRange[],
  field: SegmentField,
): AsyncGenerator<LoadedVectors, void, undefined> {
  const files: ChecksummedFile[] = [];
  for (const { name } of ranges) files.push(await ChecksummedFile.open(world, `${directory}/${name}`, VECTORS_KIND));
  const longest = files.reduce((bytes, file) => Math.max(bytes, file.bytes), 0);
  const buffers = [new ArrayBuffer(longest), new ArrayBuffer(files.length > 1 ? longest : 0)];
  const read = async (index: number): Promise<LoadedVectors> => {
    const file = present(files[index], 'segment: the manifest names the file');
    const loaded = await readVectorsFile(file, present(buffers[index % 2], 'segment: two buffers'));
    checkRange(file.path, loaded.flushed, present(ranges[index], 'segment: the manifest names the file'));
    const isFixed = field.width > 0;
    if (isFixed !== (loaded.vectors.starts === undefined))
      throw dataDamaged(file.path, 'holds vectors of another kind than the manifest says');
    return loaded;
  };
  try {
    let next = files.length === 0 ? undefined : read(0);
    for (let index = 0; next !== undefined; index++) {
      const loaded: LoadedVectors = await next;
      next = index + 1 === files.length ? undefined : read(index + 1);
      // Awaited in the next turn; until then nobody listens.
      next?.catch(() => undefined);
      yield loaded;
    }
  } finally {
    // Left to the collector they would stay in memory for as long as the server is idle.
    for (const buffer of buffers) buffer.transfer(0);
  }
}

function checkRange(
  path: string,
  found: { readonly first: number; readonly count: number },
  told: { readonly first: number; readonly count: number },
): void {
  if (found.first === told.first && found.count === told.count) return;
  throw dataDamaged(path, `holds ${found.first}+${found.count}, the manifest says ${told.first}+${told.count}`);
}

async function readWhole(world: World, path: string, kind: string): Promise<Uint8Array> {
  const file = await ChecksummedFile.open(world, path, kind);
  try {
    return await file.readAll();
  } finally {
    await file.close();
  }
}

/** The content of a file of removed rows: bit n % 8 of byte n / 8 stands for row n. */
export function removedBytes(segment: Segment): Uint8Array {
  const { words } = segment.removed;
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength).slice();
}

function bitReader(bytes: Uint8Array): (row: number) => boolean {
  return (row) => (((bytes[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1;
}
