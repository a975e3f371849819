import type { ExampleScoring } from '../core/example-scoring.ts';
import * as layout from '../kernels/layout.ts';
import * as exampleLayout from '../kernels/layout-examples.ts';
import * as multiLayout from '../kernels/layout-multi.ts';
import { writeScoring } from './example-block.ts';
import type { MultiMemory } from './multi-memory.ts';
import { lanesOf, setBytes, setShape, writeSet } from './multi-queries.ts';
import type { RowFilter } from './row-filter.ts';
import type { DenseHits } from './search-task.ts';

/** A search of a multi field by several examples: points [scanStart, scanEnd), or entries of the filter's list. */
export interface MultiExamplePlan {
  /** f32[rows x dimension] each, rows end to end. */
  readonly examples: readonly Float32Array[];
  readonly scoring: ExampleScoring;
  readonly dimension: number;
  readonly k: number;
  /** One of RESCORE_EXACT, RESCORE_DECODED, RESCORE_NONE. */
  readonly rescore: number;
  /** Of the provable error of codes: 1 where the answer must be exact. */
  readonly share: number;
  readonly scanStart: number;
  readonly scanEnd: number;
  readonly filter: RowFilter | undefined;
  readonly listed: boolean;
  readonly listStart: number;
  readonly listEnd: number;
}

/** The block of one such search in the arena (layout-multi.ts, MULTI_EXAMPLES). */
export class MultiExampleTask {
  readonly address: number;
  readonly #memory: MultiMemory;
  readonly #bytes: number;
  readonly #rows: number;
  readonly #scores: number;

  /** Throws insufficient_storage. */
  constructor(memory: MultiMemory, plan: MultiExamplePlan) {
    const { arena, rows } = memory;
    const { examples, scoring, k, filter, dimension } = plan;
    const count = examples.length;
    const shapes = examples.map((example) => setShape(example.length / dimension, rows.padded, rows.code));
    const lanes = Math.max(...shapes.map((shape) => lanesOf(shape.rows)));
    const lengths = [
      multiLayout.MULTI_BYTES,
      exampleLayout.EXAMPLES_BYTES,
      lanes * 4,
      lanes * 8,
      (multiLayout.MULTI_CHUNK + 1) * lanes * 4,
      (k + 2) * 8,
      count * 4,
      count * 4,
      count * 4,
      k * 4,
      k * 4,
      ...shapes.map(setBytes),
    ].map(align);
    this.#memory = memory;
    this.#bytes = lengths.reduce((sum, length) => sum + length, 0);
    this.address = arena.allocate(this.#bytes);
    let next = this.address;
    const places = lengths.map((length) => (next += length) - length);
    const [task = 0, block = 0, best = 0, exact = 0, matrix = 0, top = 0, raw = 0, weights = 0, heads = 0] = places;
    const [found = 0, scores = 0, ...sets] = places.slice(9);
    this.#rows = found;
    this.#scores = scores;
    const { u32, f32 } = arena;
    u32.fill(0, task / 4, best / 4);
    const put = (word: number, value: number): void => {
      u32[word / 4] = value;
    };
    writeScoring(arena, block, scoring, { count, raw, weights });
    put(block + exampleLayout.EXAMPLES_HEADS, heads);
    for (const [index, shape] of shapes.entries()) {
      const set = sets[index] ?? 0;
      u32[heads / 4 + index] = set;
      writeSet(arena, set, shape, examples[index] ?? new Float32Array(0));
    }
    put(task + layout.SEARCH_KIND, layout.KIND_MULTI);
    put(task + multiLayout.MULTI_FIELD, rows.field);
    put(task + multiLayout.MULTI_K, k);
    put(task + multiLayout.MULTI_STARTS, memory.starts.address);
    put(task + multiLayout.MULTI_DEAD, memory.dead.address);
    put(task + multiLayout.MULTI_SCAN_START, plan.scanStart);
    put(task + multiLayout.MULTI_SCAN_END, plan.scanEnd);
    put(task + multiLayout.MULTI_FILTER, filter?.bitmap ?? 0);
    put(task + multiLayout.MULTI_FILTER_END, filter?.rowEnd ?? 0);
    put(task + multiLayout.MULTI_LIST, plan.listed ? (filter?.list ?? 0) + plan.listStart * 4 : 0);
    put(task + multiLayout.MULTI_LIST_COUNT, plan.listEnd - plan.listStart);
    put(task + multiLayout.MULTI_RESCORE, plan.rescore);
    f32[(task + multiLayout.MULTI_SHARE) / 4] = plan.share;
    put(task + multiLayout.MULTI_ROWS, found);
    put(task + multiLayout.MULTI_SCORES, scores);
    put(task + multiLayout.MULTI_BEST, best);
    put(task + multiLayout.MULTI_EXACT, exact);
    put(task + multiLayout.MULTI_MATRIX, matrix);
    put(task + multiLayout.MULTI_TOP, top);
    put(task + multiLayout.MULTI_EXAMPLES, block);
  }

  /** What the kernel wrote, copied. */
  hits(): DenseHits {
    const { u32, f32 } = this.#memory.arena;
    const found = u32[(this.address + multiLayout.MULTI_FOUND) / 4] ?? 0;
    return {
      rows: u32.slice(this.#rows / 4, this.#rows / 4 + found),
      scores: f32.slice(this.#scores / 4, this.#scores / 4 + found),
      approximate: false,
      ceilings: new Float32Array(0),
    };
  }

  free(): void {
    this.#memory.arena.free(this.address, this.#bytes);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
