import type { Compute } from '../compute/compute.ts';
import { VectorizerError } from '../core/errors.ts';
import * as layout from '../kernels/layout.ts';
import { int8Code } from './field-code.ts';
import { FieldMemory } from './field-memory.ts';
import type { FieldShape } from './field-memory.ts';
import { CentroidIndex } from './multi-memory.ts';
import type { MultiMemory } from './multi-memory.ts';
import { openSet, setBytes, setShape } from './multi-queries.ts';

/** Centroids for each square root of the rows, and their most: beyond, a search would spend more on them than they save. */
const CENTROIDS_PER_ROOT = 8;
const CENTROIDS_MAX = 4096;
/** Rows of the sample for each centroid. */
const SAMPLE_PER_CENTROID = 24;
const ROUNDS = 6;
/** Rows of a background task: some tens of milliseconds. */
const PIECE_ROWS = 2048;

export interface CentroidBuild {
  readonly compute: Compute;
  readonly memory: MultiMemory;
  readonly shape: FieldShape;
  /** Rows are not normalised but compared by their directions. */
  readonly unit: boolean;
  readonly signal: AbortSignal;
}

/** Number of centroids for as many rows. */
export function centroidCount(rowCount: number): number {
  const wanted = Math.ceil((CENTROIDS_PER_ROOT * Math.sqrt(rowCount)) / 16) * 16;
  return Math.min(wanted, CENTROIDS_MAX, rowCount);
}

/**
 * Chooses `count` centroids of the first `rowCount` rows by k-means over a sample, in pieces on the background threads. No row is
 * assigned yet. Throws timeout when aborted, internal when a thread fails, insufficient_storage.
 */
export async function trainCentroids(build: CentroidBuild, rowCount: number, count: number): Promise<CentroidIndex> {
  const { memory, shape } = build;
  const plain = {
    dimension: shape.dimension,
    m: 0,
    efConstruct: 0,
    code: int8Code(shape.dimension),
    remainders: false,
  };
  const sampleCount = Math.min(count * SAMPLE_PER_CENTROID, rowCount);
  const arena = memory.arena;
  const near = new FieldMemory(arena, { ...plain, distance: 'Euclid' });
  const scored = new FieldMemory(arena, { ...plain, distance: shape.distance });
  const assigned = memory.openTable(2);
  const index = new CentroidIndex({ near, scored, count, assigned, trainedRows: rowCount });
  // [address, bytes] of what only the training needs.
  const scratch: (readonly [number, number])[] = [];
  const take = (bytes: number): number => {
    const address = arena.allocate(bytes);
    scratch.push([address, bytes]);
    return address;
  };
  try {
    near.reserve(count, () => 0);
    scored.reserve(count, () => 0);
    const list = take(sampleCount * 4);
    for (let place = 0; place < sampleCount; place += 1) {
      arena.u32[list / 4 + place] = Math.floor((place * rowCount) / sampleCount);
    }
    const names = take(sampleCount * 2);
    const means = take(count * shape.dimension * 4 + 16);
    const sizes = take(count * 4);
    const sample = { index, list, names, means, sizes, start: 0, end: sampleCount };
    await runPiece(build, { ...sample, step: layout.CENTROID_DO_SPREAD, target: 0 });
    for (let round = 1; round <= ROUNDS; round += 1) {
      await assignPieces(build, sample);
      const target = round === ROUNDS ? scored.field : 0;
      await runPiece(build, { ...sample, step: layout.CENTROID_DO_MEANS, target });
    }
  } catch (error) {
    // Undone, so that a failure leaves no half of an index.
    index.free();
    throw error;
  } finally {
    for (const [address, bytes] of scratch) arena.free(address, bytes);
  }
  return index;
}

/** Writes the nearest centroids of rows [start, end), for which there is room. Throws as trainCentroids. */
export async function assignRows(
  build: CentroidBuild,
  index: CentroidIndex,
  start: number,
  end: number,
): Promise<void> {
  const names = index.assigned.address;
  await assignPieces(build, { index, list: 0, names, means: 0, sizes: 0, start, end });
}

interface Rows {
  readonly index: CentroidIndex;
  /** Addresses, as layout.ts has them; 0: none. */
  readonly list: number;
  readonly names: number;
  readonly means: number;
  readonly sizes: number;
  readonly start: number;
  readonly end: number;
}

interface Piece extends Rows {
  readonly step: number;
  readonly target: number;
}

/** Assigns rows on all background threads. All of them are done when this returns or throws. */
async function assignPieces(build: CentroidBuild, rows: Rows): Promise<void> {
  let next = rows.start;
  const lane = async (): Promise<void> => {
    while (next < rows.end) {
      const start = next;
      next = Math.min(start + PIECE_ROWS, rows.end);
      await runPiece(build, { ...rows, start, end: next, step: layout.CENTROID_DO_ASSIGN, target: 0 });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: build.compute.backgroundThreads }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Runs one piece of k-means on a background thread. */
async function runPiece(build: CentroidBuild, piece: Piece): Promise<void> {
  const { compute, memory, signal } = build;
  if (signal.aborted) throw new VectorizerError('timeout', 'the building of an index was cancelled');
  const { arena } = memory;
  const { padded } = memory.rows;
  const lanes = layout.CENTROID_LANES;
  const queries = setShape(lanes, padded, piece.index.near.code);
  const parts: readonly (readonly [field: number, bytes: number])[] = [
    [layout.CENTROID_QUERIES, setBytes(queries)],
    [layout.CENTROID_MATRIX, (layout.MULTI_CHUNK + 1) * lanes * 4],
    [layout.CENTROID_CENTRED, padded * 6 + 64],
  ];
  const bytes = parts.reduce((sum, [, size]) => sum + align(size), layout.CENTROID_BYTES);
  const task = arena.allocateZeroed(bytes);
  const set = (field: number, value: number): void => {
    arena.u32[(task + field) / 4] = value;
  };
  let at = task + layout.CENTROID_BYTES;
  for (const [field, size] of parts) {
    set(field, at);
    at += align(size);
  }
  openSet(arena, task + layout.CENTROID_BYTES, queries);
  set(layout.CENTROID_FIELD, memory.rows.field);
  set(layout.CENTROID_NEAR, piece.index.near.field);
  set(layout.CENTROID_COUNT, piece.index.count);
  set(layout.CENTROID_LIST, piece.list);
  set(layout.CENTROID_START, piece.start);
  set(layout.CENTROID_END, piece.end);
  set(layout.CENTROID_ASSIGNED, piece.names);
  set(layout.CENTROID_MEANS, piece.means);
  set(layout.CENTROID_SIZES, piece.sizes);
  set(layout.CENTROID_UNIT, build.unit ? 1 : 0);
  set(layout.CENTROID_TARGET, piece.target);
  set(layout.CENTROID_STEP, piece.step);
  try {
    const shape = { padded, rowCount: 1, beam: 1, links: 1, top: 1 };
    await compute.background({ arena, shape, work: { kind: 'centroids', task } });
  } finally {
    arena.free(task, bytes);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
