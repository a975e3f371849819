import { settleAll } from '../base/settle-all.ts';
import type { Compute } from '../compute/compute.ts';
import { invariant } from '../base/invariant.ts';
import * as blockLayout from '../kernels/layout-block.ts';
import { BlockMemory, rowsOfBlock, type Words } from './block-memory.ts';
import type { FieldMemory } from './field-memory.ts';
import { hasHalfArithmetic } from './original-scores.ts';
import { diversifyHere, nearestPairsHere } from './plain-block.ts';
import type { ScoreKind } from './original-scores.ts';

/**
 * Originals that are compared with each other, all in memory: what a matrix of distances and the choice of diverse points
 * (MMR) go by.
 * kind     how two of them are scored.
 * vectors  rows of f32[kind.dimension], end to end; Cosine: normalised, but for uint8.
 */
export interface VectorBlock {
  readonly kind: ScoreKind;
  readonly vectors: Float32Array;
}

/**
 * The same of rows of one field, whose memory holds them exactly (DenseField.exactBlock): they are decoded by the thread
 * that compares them. What was in memory when the work began stays until it is done.
 * rows  numbers in the field, in any order; one may come more than once.
 */
export interface CodedBlock {
  readonly kind: ScoreKind;
  readonly memory: FieldMemory;
  readonly rows: Uint32Array;
}

/**
 * Pairs of rows of a block, end to end: sorted by row, then best first, of equal scores the lower column first.
 * scores  raw, larger is better (original-scores.ts).
 */
export interface PairHits {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly scores: Float32Array;
}

/** Coordinates that one task multiplies, about: some 5 ms, then other searches have their turn. */
const PIECE_WORK = 100_000_000;
/** Less than this is not worth a second thread: half a millisecond. */
const LANE_WORK = 10_000_000;

/**
 * For each row of a block its `limit` best other rows, or all others where they are fewer. On as many search threads as are
 * idle; 1,000 rows of 768 dimensions take one of them some 20 ms.
 * Throws timeout when aborted, bad_input where the block is too large (512 MiB, block-memory.ts), insufficient_storage.
 */
export async function nearestPairs(
  compute: Compute,
  block: VectorBlock | CodedBlock,
  limit: number,
  signal: AbortSignal,
): Promise<PairHits> {
  const { dimension } = block.kind;
  const count = rowsOfBlock(block);
  invariant(Number.isInteger(count), 'block: whole rows');
  const perRow = Math.min(limit, Math.max(count - 1, 0));
  if (perRow === 0) return NO_PAIRS;
  if ('vectors' in block && hasHalfArithmetic(block.kind)) return nearestPairsHere(block, perRow, signal);
  const tiles = Math.ceil(count / blockLayout.BLOCK_TILE);
  const places = (tiles * (tiles + 1)) / 2;
  const placeWork = blockLayout.BLOCK_TILE ** 2 * dimension;
  const lanes = Math.max(Math.min(compute.idleSearchThreads, Math.floor((places * placeWork) / LANE_WORK)), 1);
  const piece = Math.max(Math.min(Math.ceil(places / lanes), Math.floor(PIECE_WORK / placeWork)), 1);
  const memory = new BlockMemory(compute, block, signal);
  return memory.using(async () => {
    await memory.fill(lanes === 1);
    const { heaps, sizes, least } = memory.takeHeaps(lanes, perRow);
    const columns = memory.take(count * perRow * 4);
    const scores = memory.take(count * perRow * 4);
    const merging: Words = [
      [blockLayout.BLOCK_PARTS, lanes],
      [blockLayout.BLOCK_COLUMNS, columns],
      [blockLayout.BLOCK_SCORES, scores],
    ];
    let next = 0;
    const lane = async (index: number): Promise<void> => {
      while (next < places) {
        const first = next;
        next = Math.min(first + piece, places);
        // A lane that is alone makes the lists in its last task, which spares another message to its thread.
        await memory.run(blockLayout.BLOCK_DO_PAIRS, perRow, [
          [blockLayout.BLOCK_FIRST, first],
          [blockLayout.BLOCK_END, next],
          [blockLayout.BLOCK_HEAPS, heaps + index * count * perRow * 8],
          [blockLayout.BLOCK_SIZES, sizes + index * count * 4],
          [blockLayout.BLOCK_LEAST, least + index * count * 4],
          ...(lanes === 1 && next === places ? merging : []),
        ]);
      }
    };
    await settleAll(Array.from({ length: lanes }, (_, index) => lane(index)));
    if (lanes > 1) {
      const parts: Words = [
        [blockLayout.BLOCK_HEAPS, heaps],
        [blockLayout.BLOCK_SIZES, sizes],
      ];
      await memory.run(blockLayout.BLOCK_DO_MERGE, perRow, [...parts, ...merging]);
    }
    const { u32, f32 } = memory.arena;
    return {
      rows: eachTimes(count, perRow),
      columns: u32.slice(columns / 4, columns / 4 + count * perRow),
      scores: f32.slice(scores / 4, scores / 4 + count * perRow),
    };
  });
}

/**
 * Maximal marginal relevance (Carbonell & Goldstein 1998; SEMANTICS 3.2): first the most relevant row, then, `limit` in all,
 * always the one with the largest lambda x relevance - (1 - lambda) x its best score against a row chosen before. Of equals
 * the lower row. Answers the rows in the order of their choice.
 * relevance  raw score of each row against the query.
 * lambda     0 … 1.
 * Throws as nearestPairs.
 */
export async function diversify(
  compute: Compute,
  block: VectorBlock | CodedBlock,
  relevance: Float32Array,
  lambda: number,
  limit: number,
  signal: AbortSignal,
): Promise<Uint32Array> {
  const { dimension } = block.kind;
  const count = relevance.length;
  invariant(count === rowsOfBlock(block), 'block: a relevance for each row');
  const wanted = Math.min(limit, count);
  if (wanted === 0) return new Uint32Array(0);
  if ('vectors' in block && hasHalfArithmetic(block.kind)) {
    return diversifyHere(block, { relevance, lambda, limit: wanted }, signal);
  }
  const memory = new BlockMemory(compute, block, signal);
  return memory.using(async () => {
    await memory.fill(true);
    const chosen = memory.take(wanted * 4);
    const words: Words = [
      [blockLayout.BLOCK_RELEVANCE, memory.takeCopy(relevance)],
      [blockLayout.BLOCK_CHOSEN, chosen],
      [blockLayout.BLOCK_WORTH, memory.take(count * 8)],
      [blockLayout.BLOCK_SEEN, memory.take(count * 4)],
      [blockLayout.BLOCK_NEAREST, memory.take(count * 4)],
      [blockLayout.BLOCK_BUDGET, Math.max(Math.floor(PIECE_WORK / dimension), 1)],
    ];
    for (let done = 0, size = 0; done < wanted;) {
      const state: Words = [
        [blockLayout.BLOCK_CHOSEN_COUNT, done],
        [blockLayout.BLOCK_WORTH_SIZE, size],
      ];
      const answer = await memory.run(blockLayout.BLOCK_DO_CHOOSE, wanted, [...words, ...state], lambda);
      done = answer.chosenCount;
      size = answer.worthSize;
    }
    return memory.arena.u32.slice(chosen / 4, chosen / 4 + wanted);
  });
}

const NO_PAIRS: PairHits = { rows: new Uint32Array(0), columns: new Uint32Array(0), scores: new Float32Array(0) };

/** 0, 0, … 1, 1, …: each number below `count` so many times. */
function eachTimes(count: number, times: number): Uint32Array {
  const rows = new Uint32Array(count * times);
  for (let row = 0; row < count; row += 1) rows.fill(row, row * times, (row + 1) * times);
  return rows;
}
