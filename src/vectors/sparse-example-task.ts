import type { ExampleScoring } from '../core/example-scoring.ts';
import * as layout from '../kernels/layout.ts';
import * as exampleLayout from '../kernels/layout-examples.ts';
import * as sparseLayout from '../kernels/layout-sparse.ts';
import { writeScoring } from './example-block.ts';
import type { RowFilter } from './row-filter.ts';
import type { Hits } from './search-task.ts';
import type { SparseMemory } from './sparse-memory.ts';

/** A sparse vector: unique indices in any order, a value for each. */
export interface SparseExample {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** A sparse search by several examples as the kernel understands it. */
export interface SparseExamplePlan {
  readonly examples: readonly SparseExample[];
  readonly scoring: ExampleScoring;
  readonly k: number;
  readonly rowEnd: number;
  readonly filter: RowFilter | undefined;
}

/** The block of one such search in the arena (layout-sparse.ts, SPARSE_SEARCH_EXAMPLES). */
export class SparseExampleTask {
  readonly address: number;
  readonly #memory: SparseMemory;
  readonly #rows: number;
  readonly #scores: number;
  readonly #bytes: number;

  /** Throws insufficient_storage: an example takes 8 KB. */
  constructor(memory: SparseMemory, plan: SparseExamplePlan) {
    const { arena } = memory;
    const { examples, scoring, k, filter } = plan;
    const count = examples.length;
    const terms = examples.reduce((sum, { indices }) => sum + indices.length, 0);
    const stride = sparseLayout.SPARSE_EXAMPLE_ROWS * 4;
    const lengths = [
      sparseLayout.SPARSE_SEARCH_BYTES,
      exampleLayout.EXAMPLES_BYTES,
      count * stride,
      count * 4,
      count * 4,
      (count + 1) * 4,
      terms * 4,
      terms * 4,
      terms * sparseLayout.SPARSE_TERM_BYTES,
      k * 4,
      k * 4,
    ].map((length) => Math.ceil(length / 16) * 16);
    this.#memory = memory;
    this.#bytes = lengths.reduce((sum, length) => sum + length, 0);
    this.address = arena.allocate(this.#bytes);
    let next = this.address;
    const [, block = 0, matrix = 0, raw = 0, weights = 0, starts = 0, indices = 0, values = 0, opened = 0, rows = 0] =
      lengths.map((length) => (next += length) - length);
    this.#rows = rows;
    this.#scores = next - (lengths.at(-1) ?? 0);
    const { u32, f32 } = arena;
    u32.fill(0, this.address / 4, matrix / 4);
    const put = (word: number, value: number): void => {
      u32[word / 4] = value;
    };
    writeScoring(arena, block, scoring, { count, raw, weights });
    put(block + exampleLayout.EXAMPLES_MATRIX, matrix);
    put(block + exampleLayout.EXAMPLES_STRIDE, stride);
    let start = 0;
    for (const [index, example] of examples.entries()) {
      u32[starts / 4 + index] = start;
      u32.set(example.indices, indices / 4 + start);
      f32.set(example.values, values / 4 + start);
      start += example.indices.length;
    }
    u32[starts / 4 + count] = start;
    const task = this.address;
    put(task + layout.SEARCH_KIND, layout.KIND_SPARSE);
    put(task + sparseLayout.SPARSE_SEARCH_FIELD, memory.field);
    put(task + sparseLayout.SPARSE_SEARCH_K, k);
    put(task + sparseLayout.SPARSE_SEARCH_END, plan.rowEnd);
    put(task + sparseLayout.SPARSE_SEARCH_DEAD, memory.deadBits);
    put(task + sparseLayout.SPARSE_SEARCH_EMPTY, memory.emptyBits);
    put(task + sparseLayout.SPARSE_SEARCH_FILTER, filter?.bitmap ?? 0);
    put(task + sparseLayout.SPARSE_SEARCH_FILTER_END, filter?.rowEnd ?? 0);
    put(task + sparseLayout.SPARSE_SEARCH_ROWS, rows);
    put(task + sparseLayout.SPARSE_SEARCH_SCORES, this.#scores);
    put(task + sparseLayout.SPARSE_SEARCH_INDICES, indices);
    put(task + sparseLayout.SPARSE_SEARCH_WEIGHTS, values);
    put(task + sparseLayout.SPARSE_SEARCH_TERMS, opened);
    put(task + sparseLayout.SPARSE_SEARCH_EXAMPLES, block);
    put(task + sparseLayout.SPARSE_SEARCH_EXAMPLE_STARTS, starts);
  }

  /** What the kernel wrote, copied. */
  hits(): Hits {
    const { u32, f32 } = this.#memory.arena;
    const found = u32[(this.address + sparseLayout.SPARSE_SEARCH_FOUND) / 4] ?? 0;
    const rows = this.#rows / 4;
    const scores = this.#scores / 4;
    return { rows: u32.slice(rows, rows + found), scores: f32.slice(scores, scores + found), approximate: false };
  }

  free(): void {
    this.#memory.arena.free(this.address, this.#bytes);
  }
}
