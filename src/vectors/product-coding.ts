import { setImmediate } from 'node:timers/promises';
import type { Compute } from '../compute/compute.ts';
import * as layout from '../kernels/layout.ts';
import type { FieldCode } from './field-code.ts';
import { FieldMemory } from './field-memory.ts';
import { TRAINING_ROUNDS, TRAINING_ROWS, TRAINING_SCRATCH_BYTES } from './product-training.ts';

/** Rows from which a field has product codes: 256 centroids of fewer rows would be the rows themselves. */
export const PRODUCT_ROWS_MIN = 4096;
/** Subspaces that one piece of background work trains: some tens of milliseconds. */
const PIECE_SUBSPACES = 8;
/** Rows read or coded in one turn of the event loop: a millisecond or two. */
const SAMPLE_ROWS = 256;
const CODED_ROWS = 64;

export interface ProductCoding {
  readonly compute: Compute;
  /** Rows in int8 codes, with remainders or without. */
  readonly source: FieldMemory;
  readonly code: FieldCode;
  /** Rows of the field at this moment; 0 once it is closed. */
  readonly rowCount: () => number;
  /** Takes the memory that holds all of these rows, as soon as it does. */
  readonly finish: (coded: FieldMemory) => void;
}

/**
 * Codes the rows of a field anew by a product code: trains it on some of them on the background threads, then codes all,
 * a slice in each turn of the event loop, those appended meanwhile too. Searches go on in the old memory.
 * Rows come from what the field knows of them: the 16 bits that int8 codes leave out are nothing to a product code.
 */
export async function codeByProduct(coding: ProductCoding): Promise<void> {
  const { source, code, rowCount, finish } = coding;
  const { shape, arena } = source;
  const coded = new FieldMemory(arena, { ...shape, code, remainders: source.hasRemainders });
  try {
    await train(coding, coded);
    let next = 0;
    let slice = CODED_ROWS;
    let left = Infinity;
    while (next < rowCount()) {
      // Whoever appends as fast as rows are coded must not keep this from ending.
      const backlog = rowCount() - next;
      if (backlog >= left) slice *= 2;
      left = backlog;
      next = codeRows(coding, coded, next, Math.min(next + slice, rowCount()));
      if (next < rowCount()) await setImmediate();
    }
  } catch (error) {
    // Undone: the rows stay as they are coded.
    coded.close();
    throw error;
  }
  if (rowCount() === 0) {
    coded.close();
    return;
  }
  coded.copyTombstones(source);
  for (const word of [layout.FIELD_ENTRY, layout.FIELD_WIDE]) coded.writeWord(word, source.readWord(word));
  finish(coded);
}

function codeRows(coding: ProductCoding, coded: FieldMemory, start: number, end: number): number {
  const { source } = coding;
  coded.reserve(end, (row) => source.levelOf(row));
  for (let row = start; row < end; row += 1) {
    coded.quantise(row, source.dequantise(row), 1);
    coded.copyLinks(source, row);
  }
  return end;
}

/** Finds the centroids of all subspaces by samples of the rows. The same rows give the same centroids. */
async function train(coding: ProductCoding, coded: FieldMemory): Promise<void> {
  const { source } = coding;
  const { arena } = source;
  const { dimension } = source.shape;
  const rowCount = coding.rowCount();
  const count = Math.min(rowCount, TRAINING_ROWS);
  const sampleBytes = count * dimension * 4;
  const samples = arena.allocate(sampleBytes);
  try {
    for (let at = 0; at < count && coding.rowCount() > 0; at += 1) {
      const row = Math.floor((at * rowCount) / count);
      arena.f32.set(source.dequantise(row), samples / 4 + at * dimension);
      if (at % SAMPLE_ROWS === SAMPLE_ROWS - 1) await setImmediate();
    }
    await trainSubspaces(coding, coded, samples, count);
  } finally {
    arena.free(samples, sampleBytes);
  }
}

/** Trains the subspaces on all background threads. */
async function trainSubspaces(
  coding: ProductCoding,
  coded: FieldMemory,
  samples: number,
  count: number,
): Promise<void> {
  const { compute, code } = coding;
  const { arena, tables, padded } = coded;
  const { dimension } = coded.shape;
  const subspaces = Math.ceil(dimension / code.subspace);
  arena.u32[tables / 4] = code.subspace;
  arena.u32[tables / 4 + 1] = subspaces;
  let next = 0;
  const lane = async (): Promise<void> => {
    const scratch = arena.allocate(TRAINING_SCRATCH_BYTES);
    try {
      while (next < subspaces && coding.rowCount() > 0) {
        const start = next;
        const end = Math.min(start + PIECE_SUBSPACES, subspaces);
        next = end;
        const shape = { padded, rowCount: 1, beam: 1, links: 1, top: 1 };
        const piece = { tables, start, end, samples, count, dimension, rounds: TRAINING_ROUNDS, scratch };
        await compute.background({ arena, shape, work: { kind: 'product', ...piece } });
      }
    } finally {
      arena.free(scratch, TRAINING_SCRATCH_BYTES);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: compute.backgroundThreads }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
