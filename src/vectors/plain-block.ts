import { setImmediate as nextTurn } from 'node:timers/promises';
import { VectorizerError } from '../core/errors.ts';
import { originalScore } from './original-scores.ts';
import type { PairHits, VectorBlock } from './vector-block.ts';

/**
 * Blocks of vectors in plain TypeScript, for arithmetic that the kernels do not know: halves of short vectors.
 */

/** Products of one turn of the event loop: about a millisecond. */
const SLICE_WORK = 1_000_000;

/** Ends a turn of the event loop whenever as much has been done as one should take. */
class Slices {
  readonly #signal: AbortSignal;
  #work = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether it is time for another turn, after so much work more. Asked per pair, so that only a turn is awaited. */
  isOver(work: number): boolean {
    this.#work += work;
    return this.#work >= SLICE_WORK;
  }

  /** Throws timeout when aborted. */
  async turn(): Promise<void> {
    this.#work = 0;
    await nextTurn();
    if (this.#signal.aborted) throw new VectorizerError('timeout', 'the comparison of vectors was cancelled');
  }
}

/** As nearestPairs (vector-block.ts). */
export async function nearestPairsHere(block: VectorBlock, limit: number, signal: AbortSignal): Promise<PairHits> {
  const { kind, vectors } = block;
  const { dimension } = kind;
  const count = vectors.length / dimension;
  const score = originalScore(kind);
  const perRow = Math.min(limit, Math.max(count - 1, 0));
  const slices = new Slices(signal);
  const rows = new Uint32Array(count * perRow);
  const columns = new Uint32Array(count * perRow);
  const scores = new Float32Array(count * perRow);
  const against = new Float32Array(count);
  for (let row = 0; row < count && perRow > 0; row += 1) {
    const query = vectors.subarray(row * dimension, (row + 1) * dimension);
    for (let column = 0; column < count; column += 1) {
      against[column] = score(query, vectors, column * dimension);
      if (slices.isOver(dimension)) await slices.turn();
    }
    const order = Uint32Array.from({ length: count - 1 }, (_, at) => (at < row ? at : at + 1));
    order.sort((a, b) => (against[b] as number) - (against[a] as number) || a - b);
    for (let at = 0; at < perRow; at += 1) {
      const column = order[at] as number;
      rows[row * perRow + at] = row;
      columns[row * perRow + at] = column;
      scores[row * perRow + at] = against[column] as number;
    }
  }
  return { rows, columns, scores };
}

/** What rows are chosen by. */
export interface Choice {
  readonly relevance: Float32Array;
  readonly lambda: number;
  readonly limit: number;
}

/** As diversify (vector-block.ts). */
export async function diversifyHere(
  block: VectorBlock,
  { relevance, lambda, limit }: Choice,
  signal: AbortSignal,
): Promise<Uint32Array> {
  const { kind, vectors } = block;
  const { dimension } = kind;
  const score = originalScore(kind);
  const count = relevance.length;
  const slices = new Slices(signal);
  const chosen = new Uint32Array(Math.min(limit, count));
  const values = relevance.slice();
  const nearest = new Float32Array(count).fill(-Infinity);
  const isChosen = new Uint8Array(count);
  for (let turn = 0; turn < chosen.length; turn += 1) {
    const row = indexOfMost(values, isChosen);
    chosen[turn] = row;
    isChosen[row] = 1;
    const query = vectors.subarray(row * dimension, (row + 1) * dimension);
    for (let other = 0; other < count; other += 1) {
      if (isChosen[other] === 1) continue;
      nearest[other] = Math.max(nearest[other] as number, score(query, vectors, other * dimension));
      values[other] = marginal(lambda, relevance[other] as number, nearest[other] as number);
      if (slices.isOver(dimension)) await slices.turn();
    }
  }
  return chosen;
}

/** In single precision, as the kernels compute it. */
function marginal(lambda: number, relevance: number, nearest: number): number {
  const gain = Math.fround(Math.fround(lambda) * relevance);
  return Math.fround(gain - Math.fround(Math.fround(1 - Math.fround(lambda)) * nearest));
}

/** The first of the largest values that are not left out. */
function indexOfMost(values: Float32Array, isOut: Uint8Array): number {
  let best = isOut.indexOf(0);
  for (let index = best + 1; index < values.length; index += 1) {
    if (isOut[index] === 0 && (values[index] as number) > (values[best] as number)) best = index;
  }
  return best;
}
