import { setImmediate as nextTurn } from 'node:timers/promises';
import { isSameSpec } from '../segments/field-spec.ts';
import type { Segment, SegmentField } from '../segments/segment.ts';
import type { Shard } from './shard.ts';

/** Rows brought over before the event loop turns: 256 warm reads take half a millisecond. */
const PIECE_ROWS = 256;
/** Originals that are brought over before they are written to a file. */
const FLUSH_BYTES = 16 * 2 ** 20;
/** Every search visits every segment: above this number they are made one. */
const SEGMENTS_MAX = 4;
/** Codes of one segment live in one arena of 4 GiB; segments that together come near to it are not made one. */
const MERGED_BYTES_MAX = 3 * 2 ** 30;

/**
 * isDue       the segments to be made anew; all are where there are too many.
 * mayIndex    whether what was indexed is indexed again where its graph cannot be brought along.
 * onProgress  called with rows copied, then with vectors indexed, and what there are of each.
 */
export interface Compaction {
  readonly isDue: (segment: Segment) => boolean;
  readonly mayIndex: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Live rows of a segment that go into the new one. */
interface Part {
  readonly source: Segment;
  readonly rows: Uint32Array;
}

/** check: throws where the copying is cancelled, or is of no use any more. */
interface Copying {
  readonly target: Segment;
  readonly flush: () => Promise<void>;
  readonly check: () => void;
  readonly signal: AbortSignal;
}

/** Whether a shard has so many segments that they should become one. */
export function hasManySegments(shard: Shard): boolean {
  return shard.segments.length > SEGMENTS_MAX && fitsOneSegment(shard.segments);
}

/**
 * Gives the space of removed rows back: the segments that are due (all of them where there are too many) are copied
 * without those rows into one new segment, which takes their place. New rows meanwhile go to a segment of their own;
 * rows removed meanwhile are removed from the copy in the moment of the exchange. Cancelling leaves everything as it was.
 */
export async function compactSegments(shard: Shard, compaction: Compaction): Promise<void> {
  const due = hasManySegments(shard) ? [...shard.segments] : shard.segments.filter(compaction.isDue);
  if (due.length === 0) return;
  const last = shard.segments.at(-1);
  if (last !== undefined && due.includes(last)) await shard.between(() => shard.startSegment());
  const groups = fitsOneSegment(due) ? [due] : due.map((segment) => [segment]);
  for (const group of groups) {
    if (!compaction.signal.aborted) await compactGroup(shard, group, compaction);
  }
}

async function compactGroup(shard: Shard, sources: readonly Segment[], compaction: Compaction): Promise<void> {
  const { mayIndex, signal, onProgress } = compaction;
  const begun = shard.vectorFields.epoch;
  // The segment with the most in its graphs comes first: those that are built as they should be now come along; what is
  // in the others is put into them anew.
  const carrier = sources.toSorted((a, b) => b.indexedCount - a.indexedCount)[0] as Segment;
  const ordered = [carrier, ...sources.filter((segment) => segment !== carrier)];
  const parts = ordered.map((source): Part => ({ source, rows: source.liveRows() }));
  const carried = (parts[0] as Part).rows;
  const rowCount = parts.reduce((count, { rows }) => count + rows.length, 0);
  const copy = async (target: Segment, flush: () => Promise<void>): Promise<void> => {
    const check = (): void => {
      signal.throwIfAborted();
      // Files of a field that has gone are closed.
      shard.vectorFields.refuseChanges(begun);
    };
    const encoded = await carryCodes({ source: carrier, rows: carried }, { target, flush, check, signal });
    for (const { source, rows } of parts) {
      for (let first = 0; first < rows.length; first += PIECE_ROWS) {
        check();
        target.adopt(source, rows.subarray(first, first + PIECE_ROWS), source === carrier ? encoded : NO_FIELDS);
        if (target.pendingBytes > FLUSH_BYTES) await flush();
        onProgress(target.rowCount, rowCount);
        await nextTurn();
      }
    }
    await flush();
    for (const field of target.fields) {
      const wasIndexed = sources.some((source) => (source.fieldNamed(field.name)?.field.indexedCount ?? 0) > 0);
      if (wasIndexed && mayIndex) await field.buildIndex({ signal, onProgress });
    }
    await shard.replaceSegments(sources, target, begun, () => carryChanges(parts, target));
  };
  // Those who bring new vectors meanwhile write new rows.
  for (const source of sources) source.beginCopying();
  try {
    await shard.buildSegment(copy);
  } finally {
    for (const source of sources) source.endCopying();
  }
}

const NO_FIELDS: ReadonlySet<string> = new Set();

/** Brings codes, graphs and originals of live rows to an empty segment; the names of the fields where that was possible. */
async function carryCodes(
  { source, rows }: Part,
  { target, flush, check, signal }: Copying,
): Promise<ReadonlySet<string>> {
  const encoded = new Set<string>();
  const copies = new Uint32Array(source.rowCount);
  rows.forEach((row, copy) => (copies[row] = copy));
  for (const copy of target.fields) {
    const field = source.fieldNamed(copy.name);
    if (field === undefined || copy.index.kind !== 'dense' || field.index.kind !== 'dense') continue;
    if (field.field.indexedCount === 0 || !isSameSpec(field.spec, copy.spec)) continue;
    const places = field.placesOf(rows);
    await field.index.field.compactInto(copy.index.field, places, signal);
    for (let first = 0; first < places.length; first += PIECE_ROWS) {
      check();
      copy.adoptEncoded(field, places.subarray(first, first + PIECE_ROWS), (row) => copies[row] as number);
      if (target.pendingBytes > FLUSH_BYTES) await flush();
      await nextTurn();
    }
    encoded.add(copy.name);
  }
  return encoded;
}

/** Brings to the copy what happened to the originals since their live rows were listed: removals, later versions. */
function carryChanges(parts: readonly Part[], target: Segment): void {
  let copy = 0;
  for (const { source, rows } of parts) {
    for (const row of rows) {
      if (source.removed.has(row)) target.delete(target.rows.idAt(copy));
      else target.rows.setVersion(copy, source.rows.versionAt(row));
      copy++;
    }
  }
}

function fitsOneSegment(segments: readonly Segment[]): boolean {
  return (
    segments.flatMap(({ fields }) => fields).reduce((sum, { field }) => sum + memoryOf(field), 0) <= MERGED_BYTES_MAX
  );
}

function memoryOf({ memory }: SegmentField['field']): number {
  return memory.codes + memory.index + memory.originals;
}
