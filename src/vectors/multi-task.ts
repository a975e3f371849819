import * as layout from '../kernels/layout.ts';
import type { Distance } from '../core/collection-config.ts';
import type { MultiMemory } from './multi-memory.ts';
import type { MultiPlan } from './multi-plan.ts';
import type { DenseHits } from './search-task.ts';

/** Notes of a scan's first points, before bounds leave most of them out. */
const NOTED_POINTS = 512;

/** The block of one search in the arena: parameters and queries going in, scratch, rows and scores coming out. */
export class MultiTask {
  readonly address: number;
  readonly #memory: MultiMemory;
  readonly #plan: MultiPlan;
  readonly #bytes: number;
  readonly #rows: number;
  readonly #scores: number;
  readonly #ceilings: number;

  constructor(memory: MultiMemory, plan: MultiPlan, dimension: number, distance: Distance) {
    const { arena, rows } = memory;
    const { padded } = rows;
    const index = plan.candidates === 0 ? undefined : memory.centroids;
    const { queryRows } = plan;
    const lanes = Math.ceil(queryRows / 4) * 4;
    const later = plan.rescore === layout.RESCORE_LATER;
    const notes = later ? plan.answers : 2 * plan.k + NOTED_POINTS + plan.candidates;
    const answers = later ? notes : plan.answers;
    const sifted = plan.candidates * 2 + 1024;
    // Rows that are whole numbers are not normalised, but their centroids are.
    const unit = index !== undefined && rows.code.kind === layout.CODE_UINT8 && distance === 'Cosine';
    const blocks = Math.ceil(Math.min(queryRows, layout.MULTI_SIEVE_ROWS) / 16);
    const count = index?.count ?? 0;
    const parts: readonly (readonly [field: number, bytes: number])[] = [
      [layout.MULTI_QUERY, queryRows * padded * 4],
      [layout.MULTI_SIEVE_QUERY, unit ? queryRows * padded * 4 : 0],
      [layout.MULTI_QUERY_CODES, lanes * padded * 2],
      [layout.MULTI_AFFINE, lanes * 16],
      [layout.MULTI_BEST, lanes * 4],
      [layout.MULTI_EXACT, lanes * 8],
      [layout.MULTI_MATRIX, (layout.MULTI_CHUNK + 1) * lanes * 4],
      [layout.MULTI_TOP, ((later ? plan.k : plan.answers) + 2) * 8],
      [layout.MULTI_NOTES, (notes + 1) * 8],
      [layout.MULTI_TABLE, count * blocks * 16],
      [layout.MULTI_TABLE_SCORES, count === 0 ? 0 : (count + 1) * lanes * 4],
      [layout.MULTI_BINS, count === 0 ? 0 : layout.MULTI_BIN_COUNT * 4],
      [layout.MULTI_SIFTED, count === 0 ? 0 : sifted * 8],
      [layout.MULTI_ROWS, answers * 4],
      [layout.MULTI_SCORES, answers * 4],
      [layout.MULTI_CEILINGS, plan.approximate ? answers * 4 : 0],
    ];
    this.#memory = memory;
    this.#plan = plan;
    this.#bytes = parts.reduce((sum, [, bytes]) => sum + align(bytes), layout.MULTI_BYTES);
    this.address = arena.allocate(this.#bytes);
    const set = (field: number, value: number): void => {
      arena.u32[(this.address + field) / 4] = value;
    };
    const placed = new Map<number, number>();
    let at = this.address + layout.MULTI_BYTES;
    for (const [field, bytes] of parts) {
      set(field, at);
      placed.set(field, at);
      at += align(bytes);
    }
    this.#rows = placed.get(layout.MULTI_ROWS) ?? 0;
    this.#scores = placed.get(layout.MULTI_SCORES) ?? 0;
    this.#ceilings = placed.get(layout.MULTI_CEILINGS) ?? 0;
    if (!plan.approximate) set(layout.MULTI_CEILINGS, 0);
    const query = placed.get(layout.MULTI_QUERY) ?? 0;
    const sieveQuery = unit ? (placed.get(layout.MULTI_SIEVE_QUERY) ?? 0) : query;
    writeRows(arena.f32, query / 4, plan.query, dimension, padded);
    if (unit) writeRows(arena.f32, sieveQuery / 4, unitRows(plan.query, dimension), dimension, padded);
    set(layout.MULTI_SIEVE_QUERY, sieveQuery);
    set(layout.MULTI_FIELD, rows.field);
    set(layout.MULTI_QUERY_ROWS, queryRows);
    set(layout.MULTI_K, later ? plan.k : plan.answers);
    set(layout.MULTI_STARTS, memory.starts.address);
    set(layout.MULTI_DEAD, memory.dead.address);
    set(layout.MULTI_INDEX_START, plan.indexStart);
    set(layout.MULTI_INDEX_END, plan.indexEnd);
    set(layout.MULTI_SCAN_START, plan.scanStart);
    set(layout.MULTI_SCAN_END, plan.scanEnd);
    const { filter } = plan;
    set(layout.MULTI_FILTER, filter?.bitmap ?? 0);
    set(layout.MULTI_FILTER_END, filter?.rowEnd ?? 0);
    set(layout.MULTI_LIST, plan.listed ? (filter?.list ?? 0) + plan.listStart * 4 : 0);
    set(layout.MULTI_LIST_COUNT, plan.listEnd - plan.listStart);
    set(layout.MULTI_CENTROIDS, index?.scored.field ?? 0);
    set(layout.MULTI_CENTROID_COUNT, count);
    set(layout.MULTI_ASSIGNED, index?.assigned.address ?? 0);
    set(layout.MULTI_CANDIDATES, plan.candidates);
    set(layout.MULTI_RESCORE, plan.rescore);
    set(layout.MULTI_NOTES_CAPACITY, notes);
    set(layout.MULTI_SIFTED_CAPACITY, sifted);
    set(layout.MULTI_FOUND, 0);
    set(layout.SEARCH_KIND, layout.KIND_MULTI);
    arena.f32[(this.address + layout.MULTI_SHARE) / 4] = plan.share;
  }

  /** What the kernel wrote, copied; undefined where more rows than `answers` may be wanted (RESCORE_LATER). */
  hits(): DenseHits | undefined {
    const { u32, f32 } = this.#memory.arena;
    const found = u32[(this.address + layout.MULTI_FOUND) / 4] ?? 0;
    if (found === layout.NO_ROW) return undefined;
    const { approximate } = this.#plan;
    return {
      rows: u32.slice(this.#rows / 4, this.#rows / 4 + found),
      scores: f32.slice(this.#scores / 4, this.#scores / 4 + found),
      approximate,
      ceilings: f32.slice(this.#ceilings / 4, this.#ceilings / 4 + (approximate ? found : 0)),
    };
  }

  /** Points that were scored by codes, and those that got exact scores. */
  counts(): { readonly scored: number; readonly settled: number } {
    const { u32 } = this.#memory.arena;
    return {
      scored: u32[(this.address + layout.MULTI_SCORED) / 4] ?? 0,
      settled: u32[(this.address + layout.MULTI_SETTLED) / 4] ?? 0,
    };
  }

  free(): void {
    this.#memory.arena.free(this.address, this.#bytes);
  }
}

/** Writes rows of `dimension` floats as rows of `padded`, zeros behind. */
function writeRows(f32: Float32Array, target: number, rows: Float32Array, dimension: number, padded: number): void {
  const count = rows.length / dimension;
  if (dimension === padded) {
    f32.set(rows, target);
    return;
  }
  f32.fill(0, target, target + count * padded);
  for (let row = 0; row < count; row += 1) {
    f32.set(rows.subarray(row * dimension, (row + 1) * dimension), target + row * padded);
  }
}

/** Copies of the rows at length 1; zeros stay zeros. */
function unitRows(rows: Float32Array, dimension: number): Float32Array {
  const unit = rows.slice();
  for (let start = 0; start < unit.length; start += dimension) {
    const row = unit.subarray(start, start + dimension);
    let square = 0;
    for (const value of row) square += value * value;
    if (square > 0) for (let at = 0; at < dimension; at += 1) row[at] = (row[at] ?? 0) / Math.sqrt(square);
  }
  return unit;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
