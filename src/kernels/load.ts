import { readFileSync } from 'node:fs';

/**
 * The compiled kernels (assembly/index.ts). All arguments are addresses in the arena that the instance was made for,
 * row numbers or counts; nothing is checked inside.
 */
export interface Kernels {
  /**
   * Codes of `count` rows from f32 rows end to end at `source`; `centred` is scratch: f32[padded], zeros after dimension,
   * then 2 x padded + 16 bytes.
   */
  quantiseRows(field: number, row: number, count: number, source: number, centred: number): void;
  /** A row's centred coordinates to f32[padded] at `target`. */
  dequantiseRow(field: number, row: number, target: number): void;
  /** Makes f32[padded] at `source` the query of a workspace. */
  prepareQuery(field: number, space: number, source: number): void;
  /** f32 scores by codes of the u32 rows at `rows`; both buffers with room for 3 more. */
  scoreRows(field: number, space: number, rows: number, count: number, scores: number): void;
  scorePairs(field: number, space: number, base: number, rows: number, count: number, scores: number): void;
  /** The score by all 24 bits of a row against the workspace's query. */
  scoreExact(field: number, space: number, row: number): number;
  /** Runs the search task (layout.ts, SEARCH_…) at `task` and writes its answer there. */
  search(task: number, space: number): void;
  /** f32 scores of f32[dimension] rows end to end, against the one at `query` (assembly/originals.ts). */
  scoreOriginals(metric: number, query: number, rows: number, count: number, dimension: number, scores: number): void;
  /** Puts rows [start, end) into the graph; rows at or above `rowCount` do not exist. May wait for other threads' locks. */
  insertRows(field: number, space: number, start: number, end: number, rowCount: number): void;
  /** Share of neighbours on which codes and 24 bits agree, on a sample of the field. */
  measureCodes(field: number, space: number, rowCount: number): number;
  /** Makes the field wide where that share is below `shareMin`. */
  chooseCodes(field: number, space: number, rowCount: number, shareMin: number): void;
  /** Set bits in the `words` words of a bitmap of rows. */
  countRows(bitmap: number, words: number): number;
  /** Its rows, u32 and ascending. */
  listRows(bitmap: number, words: number, target: number): void;
  /** `wanted` of its `count` rows, u32, from the middle of as many equal parts; 0 of 0. */
  spreadRows(bitmap: number, words: number, count: number, wanted: number, target: number): void;
  /** Copies rows and their repaired links into an empty field (assembly/compact.ts). */
  compactRows(
    source: number,
    target: number,
    space: number,
    kept: number,
    numbers: number,
    start: number,
    end: number,
    linked: number,
    sourceLinked: number,
  ): void;
  /** Codes of few bits (CODE_TURBO4 and after) of f32[dimension] rows end to end; `scratch` as codeShape has it. */
  encodeRows(field: number, row: number, count: number, source: number, scratch: number): void;
  /** What a row's code stands for: f32[dimension rounded up to 128] at `target`, zeros after dimension. */
  decodeRow(field: number, row: number, target: number): void;
  prepareCodedQuery(field: number, space: number, source: number): void;
  /** Makes a coded row the query of a workspace. */
  prepareCodedRow(field: number, space: number, row: number): void;
  scoreCodedRows(field: number, space: number, rows: number, count: number, scores: number): void;
  scoreCodedPairs(field: number, space: number, base: number, rows: number, count: number, scores: number): void;
  /** The score of what a row's code stands for. */
  scoreDecoded(field: number, space: number, row: number): number;
  /** Bounds of the exact score of a row with this estimate; share 1: provable (assembly/code-tail.ts). */
  codeHighest(field: number, space: number, row: number, estimate: number, share: number): number;
  codeLowest(field: number, space: number, row: number, estimate: number, share: number): number;
  /** Begins the centroids of a product code's subspace with some of `count` samples, f32[dimension] each. */
  beginSubspace(tables: number, subspace: number, samples: number, count: number, dimension: number): void;
  /** A round of k-means in that subspace; the tables are complete after each. `scratch`: vectors/product-training.ts. */
  trainSubspace(
    tables: number,
    subspace: number,
    samples: number,
    count: number,
    dimension: number,
    round: number,
    scratch: number,
  ): void;
  /** A piece of k-means (layout.ts, CENTROID_…). */
  trainCentroids(task: number, space: number): void;
  /** Appends rows' postings to a sparse field; answers how many are in (assembly/sparse-append.ts). */
  sparseAppend(
    field: number,
    row: number,
    starts: number,
    rowCount: number,
    indices: number,
    values: number,
    done: number,
  ): number;
  /** Takes back the last posting of a term. */
  sparseRetract(field: number, index: number): void;
  /** Makes an empty table the field's, filled with its terms. */
  sparseRehash(field: number, table: number): void;
  /** Frees pieces that were replaced. */
  sparseReclaim(field: number, list: number, count: number): void;
  /** Builds dense blocks of complete windows below `rows`; what it answers: assembly/sparse-dense.ts. */
  sparseDense(field: number, rows: number, budget: number, scratch: number): number;
  /** Live rows with a term; those of a filter; live rows of a filter that are not empty (assembly/sparse-count.ts). */
  sparseFrequency(field: number, index: number, scratch: number): number;
  sparseFrequencyIn(
    field: number,
    index: number,
    bitmap: number,
    end: number,
    list: number,
    count: number,
    scratch: number,
  ): number;
  sparseRowsIn(bitmap: number, words: number, dead: number, empty: number): number;
}

/** Compiles the kernels; a module can be sent to other threads without compiling it again. */
export function compileKernels(): WebAssembly.Module {
  // The same path from src/ and from dist/.
  return new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));
}

/** Kernels that work on `memory`. */
export function bindKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  // The one place where the exports of the compiled module get their types.
  return instance.exports as unknown as Kernels;
}
