import { VectorizerError } from '../core/errors.ts';
import { idAt } from '../core/ids.ts';
import { FLAG_VECTOR, idOfRow } from '../segments/row-table.ts';
import type { RowSource, Segment } from '../segments/segment.ts';
import type { Payloads } from './payloads.ts';
import type { RemoveRecord, UpdateRecord, UpsertRecord } from './record.ts';

/** What an update changes: a shard's segments (the last one takes new rows) and its payloads. */
export interface ShardState {
  readonly segments: readonly Segment[];
  readonly payloads: Payloads;
  /** Puts a new segment for new rows behind the others. */
  startSegment(): Segment;
}

/** Rows applied in one piece: 64 rows of 768 floats take well under a millisecond. */
const SLICE_ROWS = 64;

/**
 * Applies one record of the log. Deterministic: the same records on the same state give the same state; recovery calls
 * this very function. Of a point that stands twice in a record the last one wins.
 *
 * sequence  becomes the version of every point that is written.
 * giveWay   awaited between slices, so that a large record never holds the event loop.
 */
export async function applyRecord(
  state: ShardState,
  record: UpdateRecord,
  sequence: number,
  giveWay: () => Promise<void>,
): Promise<void> {
  if (record.kind === 'remove') await applyRemove(state, record, giveWay);
  else await applyUpsert(state, record, sequence, giveWay);
}

async function applyUpsert(
  state: ShardState,
  record: UpsertRecord,
  sequence: number,
  giveWay: () => Promise<void>,
): Promise<void> {
  const { count, dimension, flags, words, vectors, payloads, payloadStarts } = record;
  let vectorAt = 0;
  for (let first = 0; first < count; first += SLICE_ROWS) {
    const rowCount = Math.min(SLICE_ROWS, count - first);
    let withVector = 0;
    for (let point = first; point < first + rowCount; point++)
      if (((flags[point] ?? 0) & FLAG_VECTOR) !== 0) withVector++;
    const slice = vectors.subarray(vectorAt, vectorAt + withVector * dimension);
    vectorAt += slice.length;
    const active = append(state, { flags, words, first, rowCount, versions: sequence, vectors: slice });
    for (let point = first; point < first + rowCount; point++) {
      const id = idOfRow(flags, words, point);
      for (const segment of state.segments) if (segment !== active) segment.replace(id);
      state.payloads.set(id, payloads.slice(payloadStarts[point], payloadStarts[point + 1]));
    }
    await giveWay();
  }
}

/** Appends to the last segment, or to a new one where its memory cannot grow any more; returns which. */
function append(state: ShardState, rows: RowSource): Segment {
  const active = state.segments.at(-1) ?? state.startSegment();
  try {
    active.append(rows);
    return active;
  } catch (error) {
    // Caught to go on elsewhere: one arena of memory holds 4 GiB, and nothing of the rows is in it.
    if (!(error instanceof VectorizerError && error.kind === 'insufficient_storage') || active.rowCount === 0)
      throw error;
    const next = state.startSegment();
    next.append(rows);
    return next;
  }
}

async function applyRemove(state: ShardState, record: RemoveRecord, giveWay: () => Promise<void>): Promise<void> {
  for (let index = 0; index < record.ids.count; index++) {
    const id = idAt(record.ids, index);
    let found = false;
    for (const segment of state.segments) found = segment.delete(id) || found;
    if (found) state.payloads.set(id, undefined);
    if (index % SLICE_ROWS === SLICE_ROWS - 1) await giveWay();
  }
}
