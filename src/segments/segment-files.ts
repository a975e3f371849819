import { present } from '../base/invariant.ts';
import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { ChecksummedFile } from '../storage/checksummed-file.ts';
import { writeFile } from '../storage/write-file.ts';
import type { FlushedRows } from './originals.ts';
import { encodeRows, type LoadedRows, readRows, ROWS_KIND } from './rows-file.ts';
import { Segment, type SegmentOptions, withVector } from './segment.ts';

/** What the manifest says of a segment: the files that hold it, by name within its shard's folder. */
export interface SegmentManifest {
  readonly number: number;
  /** With which the graph is built; the collection's may be others by now. */
  readonly m: number;
  readonly efConstruct: number;
  /** Ascending, without gaps. */
  readonly rows: readonly { readonly name: string; readonly firstRow: number; readonly rowCount: number }[];
  /** Bitmap of the rows removed; absent = none. */
  readonly removed: string | null;
  readonly graph: string | null;
}

export const REMOVED_KIND = 'removed';
export const GRAPH_KIND = 'graph';

/** Files are read whole at the start: this bounds the memory that takes. */
const FILE_BYTES_MAX = 32 * 2 ** 20;

/** A file at most this many times as large as what is new is written again together with it: few files, little copying. */
const MERGE_RATIO = 2;

/** Opens a segment: every file is read and verified, in order. Throws data_damaged, naming the file. */
export async function openSegment(
  world: World,
  directory: string,
  manifest: SegmentManifest,
  options: SegmentOptions,
): Promise<Segment> {
  const graph =
    manifest.graph === null ? undefined : await readWhole(world, `${directory}/${manifest.graph}`, GRAPH_KIND);
  const { m, efConstruct } = manifest;
  const segment = new Segment(manifest.number, { ...options, m, efConstruct }, graph);
  const removedBytes =
    manifest.removed === null ? undefined : await readWhole(world, `${directory}/${manifest.removed}`, REMOVED_KIND);
  const isRemoved = removedBytes === undefined ? (): boolean => false : bitReader(removedBytes);
  const blocks = readBlocks(world, directory, manifest, options.dimension);
  for await (const { file, block } of blocks) {
    segment.originals.addFlushed({ firstRow: block.firstRow, rowCount: block.rowCount, file });
    segment.restore({ ...block, vectors: withVector(block.vectors, block.flags, block.dimension) }, isRemoved);
  }
  return segment;
}

interface OpenedRows {
  readonly file: ChecksummedFile;
  readonly block: LoadedRows;
}

/**
 * The rows files of a segment, in order. The next one is read while the caller works on this one, into the other of two
 * buffers, which all files share: a buffer for each would make the collector run for each.
 */
async function* readBlocks(
  world: World,
  directory: string,
  manifest: SegmentManifest,
  dimension: number,
): AsyncGenerator<OpenedRows, void, undefined> {
  const files: ChecksummedFile[] = [];
  for (const { name } of manifest.rows)
    files.push(await ChecksummedFile.open(world, `${directory}/${name}`, ROWS_KIND));
  const longest = files.reduce((bytes, file) => Math.max(bytes, file.bytes), 0);
  const buffers = [new ArrayBuffer(longest), new ArrayBuffer(files.length > 1 ? longest : 0)];
  const read = async (index: number): Promise<OpenedRows> => {
    const file = present(files[index], 'segment: the manifest names the file');
    const block = await readRows(file, present(buffers[index % 2], 'segment: two buffers'));
    checkBlock(block, file.path, manifest, index, dimension);
    return { file, block };
  };
  try {
    let next = files.length === 0 ? undefined : read(0);
    for (let index = 0; next !== undefined; index++) {
      const opened: OpenedRows = await next;
      next = index + 1 === files.length ? undefined : read(index + 1);
      // Awaited in the next turn; until then nobody listens.
      next?.catch(() => undefined);
      yield opened;
    }
  } finally {
    // Left to the collector they would stay in memory for as long as the server is idle.
    for (const buffer of buffers) buffer.transfer(0);
  }
}

function checkBlock(
  block: LoadedRows,
  path: string,
  manifest: SegmentManifest,
  index: number,
  dimension: number,
): void {
  const { firstRow, rowCount } = present(manifest.rows[index], 'segment: the manifest names the file');
  if (block.firstRow !== firstRow || block.rowCount !== rowCount || block.dimension !== dimension) {
    throw dataDamaged(
      path,
      `holds rows ${block.firstRow}+${block.rowCount}, the manifest says ${firstRow}+${rowCount}`,
    );
  }
}

/** A write of a segment's new rows: taken at one moment, carried out later, then put in place. */
export interface RowsFlush {
  readonly name: string;
  readonly firstRow: number;
  readonly rowCount: number;
}

/** Plans the files for the rows that no file holds yet. A small file before them is written again together with them. */
export function planRowsFlush(segment: Segment): readonly RowsFlush[] {
  const { rowCount, originals } = segment;
  let firstRow = originals.flushedCount;
  if (firstRow === rowCount) return [];
  const rowsMax = Math.ceil(FILE_BYTES_MAX / (segment.statistics.dimension * 4 + 25));
  for (const file of originals.files.toReversed()) {
    if (file.rowCount > (rowCount - firstRow) * MERGE_RATIO || rowCount - file.firstRow > rowsMax) break;
    firstRow = file.firstRow;
  }
  const plans: RowsFlush[] = [];
  for (; firstRow < rowCount; firstRow += rowsMax) {
    const count = Math.min(rowsMax, rowCount - firstRow);
    plans.push({ name: rowsName(segment.number, firstRow, count), firstRow, rowCount: count });
  }
  return plans;
}

/** Writes the planned rows; the segment may grow meanwhile. Throws insufficient_storage, leaving nothing behind. */
export async function writeRows(
  world: World,
  directory: string,
  segment: Segment,
  dimension: number,
  plan: RowsFlush,
): Promise<FlushedRows> {
  const { firstRow, rowCount, name } = plan;
  const end = firstRow + rowCount;
  const { rows, originals } = segment;
  const block = {
    firstRow,
    rowCount,
    dimension,
    flags: rows.flags.subarray(firstRow, end),
    words: rows.words.subarray(firstRow * 4, end * 4),
    // A copy: a change of a payload changes the version in its place, and checksums are made before the bytes are written.
    versions: rows.versions.slice(firstRow, end),
  };
  const path = `${directory}/${name}`;
  await writeFile(world, path, ROWS_KIND, encodeRows(block, originals.chunks(firstRow, end)));
  return { firstRow, rowCount, file: await ChecksummedFile.open(world, path, ROWS_KIND) };
}

/** The name of a file of rows. */
export function rowsName(segment: number, firstRow: number, rowCount: number): string {
  return `${segment}-rows-${firstRow}-${rowCount}.bin`;
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
