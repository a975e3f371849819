import type { Arena } from '../compute/arenas.ts';
import { scoreByExamples } from '../core/example-scoring.ts';
import type { ExampleSet } from './example-block.ts';
import { openScorer } from './original-scorer.ts';
import type { OriginalScorer } from './original-scorer.ts';
import type { ScoreKind } from './original-scores.ts';

/** What originals are scored against: one vector, or several examples. */
export type DenseTarget = Float32Array | ExampleSet;

/** As `openScorer`, for either. */
export function openTargetScorer(
  kind: ScoreKind,
  target: DenseTarget,
  arena: Arena | undefined,
  rowsMost: number,
): OriginalScorer {
  return target instanceof Float32Array
    ? openScorer(kind, target, arena, rowsMost)
    : new ExampleScorer(kind, target, arena, rowsMost);
}

/** Raw scores against each example in f32, as Qdrant has them, become one. */
class ExampleScorer implements OriginalScorer {
  readonly #set: ExampleSet;
  readonly #scorers: readonly OriginalScorer[];
  readonly #raw: Float32Array;
  readonly #matrix: Float32Array;
  readonly #scores: Float32Array;

  /** Throws insufficient_storage. */
  constructor(kind: ScoreKind, set: ExampleSet, arena: Arena | undefined, rowsMost: number) {
    const scorers: OriginalScorer[] = [];
    this.#set = set;
    this.#scorers = scorers;
    this.#raw = new Float32Array(set.vectors.length);
    this.#matrix = new Float32Array(set.vectors.length * rowsMost);
    this.#scores = new Float32Array(rowsMost);
    try {
      for (const vector of set.vectors) scorers.push(openScorer(kind, vector, arena, rowsMost));
    } catch (error) {
      // Undone, so that a full arena loses nothing.
      this.free();
      throw error;
    }
  }

  score(rows: Float32Array, count: number): Float32Array {
    const most = this.#scores.length;
    for (const [index, scorer] of this.#scorers.entries()) {
      this.#matrix.set(scorer.score(rows, count).subarray(0, count), index * most);
    }
    for (let at = 0; at < count; at += 1) {
      for (let index = 0; index < this.#raw.length; index += 1) {
        this.#raw[index] = this.#matrix[index * most + at] as number;
      }
      this.#scores[at] = scoreByExamples(this.#set.scoring, this.#raw);
    }
    return this.#scores;
  }

  free(): void {
    for (const scorer of this.#scorers) scorer.free();
  }
}
