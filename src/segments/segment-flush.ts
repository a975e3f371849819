import type { World } from '../base/world.ts';
import { ChecksummedFile } from '../storage/checksummed-file.ts';
import { writeFile } from '../storage/write-file.ts';
import type { FlushedVectors } from './originals.ts';
import { encodeRows, ROWS_KIND } from './rows-file.ts';
import type { FileRange } from './segment-files.ts';
import type { SegmentField } from './segment-field.ts';
import type { Segment } from './segment.ts';
import { dataOffset, encodeVectorsFile, VECTORS_KIND } from './vectors-file.ts';

/** Files are read whole at the start: this bounds the memory that takes. */
const FILE_BYTES_MAX = 32 * 2 ** 20;
/** A file at most this many times as large as what is new is written again together with it: few files, little copying. */
const MERGE_RATIO = 2;
/** Flags, id and version. */
const ROW_BYTES = 25;

/** What of a segment goes into new files: taken at one moment, carried out later, then put in place. */
export interface SegmentFlush {
  readonly rows: readonly FileRange[];
  readonly fields: readonly FieldFlush[];
}

export interface FieldFlush {
  readonly field: SegmentField;
  readonly vectors: readonly FileRange[];
}

/** Files that were written and are open; they count once a manifest names them. */
export interface FlushedSegment {
  readonly segment: Segment;
  readonly rows: readonly FileRange[];
  readonly fields: readonly { readonly field: SegmentField; readonly files: readonly FlushedVectors[] }[];
}

/** Plans the files for what no file holds yet. A small file before it is written again together with it. */
export function planFlush(segment: Segment): SegmentFlush {
  const { number, rowCount } = segment;
  const rows = planRanges(segment.rowFiles, rowCount, ROW_BYTES, (first, count) => rowsName(number, first, count));
  const fields = segment.fields.map((field) => {
    const end = field.rows.placeCount;
    const { originals } = field;
    const flushed = originals.flushedCount;
    const bytes = end === flushed ? 0 : originals.bytesOf(flushed, end) / (end - flushed);
    const name = (first: number, count: number): string => vectorsName(number, field.number, first, count);
    return { field, vectors: planRanges(originals.files, end, bytes + 4, name) };
  });
  return { rows, fields };
}

/**
 * Writes what was planned; the segment may grow meanwhile. Throws insufficient_storage: what was written of it then lies
 * about without a name, and is closed.
 */
export async function writeFlush(
  world: World,
  directory: string,
  segment: Segment,
  flush: SegmentFlush,
): Promise<FlushedSegment> {
  const fields: { field: SegmentField; files: FlushedVectors[] }[] = [];
  try {
    for (const range of flush.rows) await writeRows(world, directory, segment, range);
    for (const { field, vectors } of flush.fields) {
      const files: FlushedVectors[] = [];
      fields.push({ field, files });
      for (const range of vectors) files.push(await writeVectors(world, directory, field, range));
    }
    return { segment, rows: flush.rows, fields };
  } catch (error) {
    // Caught to undo.
    await closeFiles({ fields });
    throw error;
  }
}

/** Puts files in place of what they replace. */
export async function settleFlush({ segment, rows, fields }: FlushedSegment): Promise<void> {
  segment.rowsFlushed(rows);
  for (const { field, files } of fields) {
    const replaced = field.originals.replaceBy(files);
    await Promise.all(replaced.map(({ file }) => file.close()));
  }
}

export async function closeFiles({ fields }: Pick<FlushedSegment, 'fields'>): Promise<void> {
  await Promise.all(fields.flatMap(({ files }) => files.map(({ file }) => file.close())));
}

/** Names of the files that hold a segment's rows and vectors now, whether a manifest names them or not. */
export function fileNames({ number, rowFiles, fields }: Segment): string[] {
  return [
    ...rowFiles.map(({ first, count }) => rowsName(number, first, count)),
    ...fields.flatMap((field) =>
      field.originals.files.map(({ first, count }) => vectorsName(number, field.number, first, count)),
    ),
  ];
}

export function rowsName(segment: number, first: number, count: number): string {
  return `${segment}-rows-${first}-${count}.bin`;
}

export function vectorsName(segment: number, field: number, first: number, count: number): string {
  return `${segment}-${field}-vectors-${first}-${count}.bin`;
}

function planRanges(
  files: readonly { readonly first: number; readonly count: number }[],
  end: number,
  itemBytes: number,
  nameOf: (first: number, count: number) => string,
): FileRange[] {
  const last = files.at(-1);
  let first = last === undefined ? 0 : last.first + last.count;
  if (first >= end) return [];
  const countMax = Math.max(1, Math.ceil(FILE_BYTES_MAX / itemBytes));
  for (const file of files.toReversed()) {
    if (file.count > (end - first) * MERGE_RATIO || end - file.first > countMax) break;
    first = file.first;
  }
  const ranges: FileRange[] = [];
  for (; first < end; first += countMax) {
    const count = Math.min(countMax, end - first);
    ranges.push({ name: nameOf(first, count), first, count });
  }
  return ranges;
}

async function writeRows(world: World, directory: string, segment: Segment, range: FileRange): Promise<void> {
  const { first, count, name } = range;
  const { rows } = segment;
  const block = {
    firstRow: first,
    rowCount: count,
    flags: rows.flags.subarray(first, first + count),
    words: rows.words.subarray(first * 4, (first + count) * 4),
    // A copy: a change of a payload changes the version in its place, and checksums are made before the bytes are written.
    versions: rows.versions.slice(first, first + count),
  };
  await writeFile(world, `${directory}/${name}`, ROWS_KIND, encodeRows(block));
}

async function writeVectors(
  world: World,
  directory: string,
  field: SegmentField,
  range: FileRange,
): Promise<FlushedVectors> {
  const { first, count, name } = range;
  const end = first + count;
  const { width } = field;
  const rows = Uint32Array.from({ length: count }, (_, index) => field.rows.rowOf(first + index));
  const starts = width > 0 ? undefined : field.originals.starts(first, end);
  const path = `${directory}/${name}`;
  const content = encodeVectorsFile({ first, width, rows, starts }, field.originals.chunks(first, end));
  await writeFile(world, path, VECTORS_KIND, content);
  const file = await ChecksummedFile.open(world, path, VECTORS_KIND);
  return { first, count, file, dataAt: dataOffset(count, width), starts };
}
