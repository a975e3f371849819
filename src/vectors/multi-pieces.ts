import type { Arena } from '../compute/arenas.ts';
import type { Compute } from '../compute/compute.ts';
import { VectorizerError } from '../core/errors.ts';
import * as multiLayout from '../kernels/layout-multi.ts';
import type { FieldMemory, FieldShape } from './field-memory.ts';
import type { CentroidIndex, MultiMemory } from './multi-memory.ts';
import { openSet, setBytes, setShape } from './multi-queries.ts';

/** Rows of a background task: some milliseconds, and what they need stays within a second-level cache. */
const PIECE_ROWS = 1024;

export interface CentroidBuild {
  readonly compute: Compute;
  readonly memory: MultiMemory;
  readonly shape: FieldShape;
  /** Rows are not normalised but compared by their directions. */
  readonly unit: boolean;
  readonly signal: AbortSignal;
}

/** What is grouped, and in which memory. */
export interface Clustering {
  /** Descriptor of the field of the rows. */
  readonly field: number;
  readonly near: FieldMemory;
  readonly count: number;
  readonly unit: boolean;
  readonly groups: CentroidIndex['groups'];
  /** Addresses, as layout.ts has them; 0: none. */
  readonly list: number;
  readonly names: number;
  readonly means: number;
  readonly sizes: number;
  readonly rowCount: number;
}

/** Assigns rows on all background threads. All of them are done when this returns or throws. */
export async function assignPieces(build: CentroidBuild, rows: Clustering, start: number, end: number): Promise<void> {
  let next = start;
  const lane = async (): Promise<void> => {
    while (next < end) {
      const from = next;
      next = Math.min(from + PIECE_ROWS, end);
      await runPiece(build, { ...rows, step: multiLayout.CENTROID_DO_ASSIGN, start: from, end: next });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: build.compute.backgroundThreads }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export interface Piece extends Clustering {
  readonly step: number;
  /** Of all rows, if not given. */
  readonly start?: number;
  readonly end?: number;
  readonly order?: number;
  readonly target?: number;
}

/** Runs one piece of k-means on a background thread. */
export async function runPiece(build: CentroidBuild, piece: Piece): Promise<void> {
  const { compute, memory, signal } = build;
  if (signal.aborted) throw new VectorizerError('timeout', 'the building of an index was cancelled');
  const { arena } = memory;
  const { padded } = memory.rows;
  const { groups, near, start = 0, end = piece.rowCount } = piece;
  const lanes = multiLayout.CENTROID_LANES;
  const queries = setShape(lanes, padded, near.code);
  const rows = piece.step === multiLayout.CENTROID_DO_ASSIGN ? end - start : 0;
  const all = setShape(rows, padded, near.code);
  const groupsCount = groups?.count ?? 0;
  const scratch = new Scratch(arena);
  const task = scratch.take(multiLayout.CENTROID_BYTES);
  arena.u8.fill(0, task, task + multiLayout.CENTROID_BYTES);
  const set = (field: number, value: number): void => {
    arena.u32[(task + field) / 4] = value;
  };
  try {
    const querySet = scratch.take(setBytes(queries));
    const pieceSet = scratch.take(setBytes(all));
    const centred = scratch.take(padded * 6 + 64);
    arena.u8.fill(0, centred, centred + padded * 6 + 64);
    openSet(arena, querySet, queries);
    openSet(arena, pieceSet, all);
    set(multiLayout.CENTROID_QUERIES, querySet);
    set(multiLayout.CENTROID_PIECE, pieceSet);
    set(multiLayout.CENTROID_CENTRED, centred);
    set(multiLayout.CENTROID_MATRIX, scratch.take((Math.max(multiLayout.MULTI_CHUNK, groupsCount) + 1) * lanes * 4));
    set(multiLayout.CENTROID_PLACES, scratch.take((rows + groupsCount + 64) * multiLayout.CENTROID_PLACE_BYTES));
    set(multiLayout.CENTROID_FIELD, piece.field);
    set(multiLayout.CENTROID_NEAR, near.field);
    set(multiLayout.CENTROID_COUNT, piece.count);
    set(multiLayout.CENTROID_LIST, piece.list);
    set(multiLayout.CENTROID_START, start);
    set(multiLayout.CENTROID_END, end);
    set(multiLayout.CENTROID_ASSIGNED, piece.names);
    set(multiLayout.CENTROID_MEANS, piece.means);
    set(multiLayout.CENTROID_SIZES, piece.sizes);
    set(multiLayout.CENTROID_UNIT, piece.unit ? 1 : 0);
    set(multiLayout.CENTROID_GROUPS, groups?.centres.field ?? 0);
    set(multiLayout.CENTROID_GROUP_COUNT, groupsCount);
    set(multiLayout.CENTROID_GROUP_STARTS, groups?.starts.address ?? 0);
    set(multiLayout.CENTROID_ORDER, piece.order ?? 0);
    set(multiLayout.CENTROID_TARGET, piece.target ?? 0);
    set(multiLayout.CENTROID_STEP, piece.step);
    const shape = { padded, rowCount: 1, beam: 1, links: 1, top: 1 };
    await compute.background({ arena, shape, work: { kind: 'centroids', task } });
  } finally {
    scratch.free();
  }
}

/** Blocks that are given back together. */
export class Scratch {
  readonly #arena: Arena;
  readonly #blocks: (readonly [address: number, bytes: number])[] = [];

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  take(bytes: number): number {
    const address = this.#arena.allocate(bytes);
    this.#blocks.push([address, bytes]);
    return address;
  }

  free(): void {
    for (const [address, bytes] of this.#blocks.splice(0)) this.#arena.free(address, bytes);
  }
}
