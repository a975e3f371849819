import * as layout from '../kernels/layout.ts';
import * as multiLayout from '../kernels/layout-multi.ts';
import type { Distance } from '../core/collection-config.ts';
import type { MultiMemory } from './multi-memory.ts';
import { lanesOf, setBytes, setShape, writeSet } from './multi-queries.ts';
import { normalised } from './normalised.ts';
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
    const lanes = lanesOf(queryRows);
    const later = plan.rescore === layout.RESCORE_LATER;
    const notes = later ? plan.answers : 2 * plan.k + NOTED_POINTS + plan.candidates;
    const answers = later ? notes : plan.answers;
    const sifted = plan.candidates * 2 + 1024;
    const count = index?.count ?? 0;
    const sieveRows = index === undefined ? 0 : Math.min(queryRows, multiLayout.MULTI_SIEVE_ROWS);
    const sieveLanes = lanesOf(sieveRows);
    const asked = setShape(queryRows, padded, rows.code);
    const sieved = setShape(sieveRows, padded, index?.scored.code ?? rows.code);
    const parts: readonly (readonly [field: number, bytes: number])[] = [
      [multiLayout.MULTI_QUERIES, setBytes(asked)],
      [multiLayout.MULTI_SIEVE_QUERIES, index === undefined ? 0 : setBytes(sieved)],
      [multiLayout.MULTI_BEST, lanes * 4],
      [multiLayout.MULTI_EXACT, lanes * 8],
      [multiLayout.MULTI_MATRIX, (multiLayout.MULTI_CHUNK + 1) * lanes * 4],
      [multiLayout.MULTI_TOP, ((later ? plan.k : plan.answers) + 2) * 8],
      [multiLayout.MULTI_NOTES, (notes + 1) * 8],
      [multiLayout.MULTI_TABLE, count * Math.ceil(sieveLanes / 16) * 16],
      [multiLayout.MULTI_TABLE_SCORES, count === 0 ? 0 : (count + 1) * sieveLanes * 4],
      [multiLayout.MULTI_BINS, count === 0 ? 0 : multiLayout.MULTI_BIN_COUNT * 4],
      [multiLayout.MULTI_SIFTED, count === 0 ? 0 : sifted * 8],
      [multiLayout.MULTI_ROWS, answers * 4],
      [multiLayout.MULTI_SCORES, answers * 4],
      [multiLayout.MULTI_CEILINGS, plan.approximate ? answers * 4 : 0],
    ];
    this.#memory = memory;
    this.#plan = plan;
    this.#bytes = parts.reduce((sum, [, bytes]) => sum + align(bytes), multiLayout.MULTI_BYTES);
    this.address = arena.allocate(this.#bytes);
    const set = (field: number, value: number): void => {
      arena.u32[(this.address + field) / 4] = value;
    };
    arena.u32.fill(0, this.address / 4, (this.address + multiLayout.MULTI_BYTES) / 4);
    const placed = new Map<number, number>();
    let at = this.address + multiLayout.MULTI_BYTES;
    for (const [field, bytes] of parts) {
      set(field, at);
      placed.set(field, at);
      at += align(bytes);
    }
    this.#rows = placed.get(multiLayout.MULTI_ROWS) ?? 0;
    this.#scores = placed.get(multiLayout.MULTI_SCORES) ?? 0;
    this.#ceilings = placed.get(multiLayout.MULTI_CEILINGS) ?? 0;
    if (!plan.approximate) set(multiLayout.MULTI_CEILINGS, 0);
    writeSet(arena, placed.get(multiLayout.MULTI_QUERIES) ?? 0, asked, plan.query);
    if (index !== undefined) {
      // Rows that are whole numbers are not normalised, but their centroids are.
      const unit = rows.code.kind === layout.CODE_UINT8 && distance === 'Cosine';
      const spread = spreadRows(plan.query, dimension, sieveRows);
      const values = unit ? normalised(spread, dimension) : spread;
      writeSet(arena, placed.get(multiLayout.MULTI_SIEVE_QUERIES) ?? 0, sieved, values);
    }
    set(multiLayout.MULTI_FIELD, rows.field);
    set(multiLayout.MULTI_K, later ? plan.k : plan.answers);
    set(multiLayout.MULTI_STARTS, memory.starts.address);
    set(multiLayout.MULTI_DEAD, memory.dead.address);
    set(multiLayout.MULTI_INDEX_START, plan.indexStart);
    set(multiLayout.MULTI_INDEX_END, plan.indexEnd);
    set(multiLayout.MULTI_SCAN_START, plan.scanStart);
    set(multiLayout.MULTI_SCAN_END, plan.scanEnd);
    const { filter } = plan;
    set(multiLayout.MULTI_FILTER, filter?.bitmap ?? 0);
    set(multiLayout.MULTI_FILTER_END, filter?.rowEnd ?? 0);
    set(multiLayout.MULTI_LIST, plan.listed ? (filter?.list ?? 0) + plan.listStart * 4 : 0);
    set(multiLayout.MULTI_LIST_COUNT, plan.listEnd - plan.listStart);
    set(multiLayout.MULTI_CENTROIDS, index?.scored.field ?? 0);
    set(multiLayout.MULTI_CENTROID_COUNT, count);
    set(multiLayout.MULTI_ASSIGNED, index?.assigned.address ?? 0);
    set(multiLayout.MULTI_CANDIDATES, plan.candidates);
    set(multiLayout.MULTI_RESCORE, plan.rescore);
    set(multiLayout.MULTI_NOTES_CAPACITY, notes);
    set(multiLayout.MULTI_SIFTED_CAPACITY, sifted);
    set(layout.SEARCH_KIND, layout.KIND_MULTI);
    arena.f32[(this.address + multiLayout.MULTI_SHARE) / 4] = plan.share;
  }

  /** What the kernel wrote, copied; undefined where more rows than `answers` may be wanted (RESCORE_LATER). */
  hits(): DenseHits | undefined {
    const { u32, f32 } = this.#memory.arena;
    const found = u32[(this.address + multiLayout.MULTI_FOUND) / 4] ?? 0;
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
      scored: u32[(this.address + multiLayout.MULTI_SCORED) / 4] ?? 0,
      settled: u32[(this.address + multiLayout.MULTI_SETTLED) / 4] ?? 0,
    };
  }

  free(): void {
    this.#memory.arena.free(this.address, this.#bytes);
  }
}

/** `count` of the rows, spread over them. */
function spreadRows(rows: Float32Array, dimension: number, count: number): Float32Array {
  const rowCount = rows.length / dimension;
  if (count === rowCount) return rows;
  const spread = new Float32Array(count * dimension);
  for (let row = 0; row < count; row += 1) {
    const start = Math.floor((row * rowCount) / count) * dimension;
    spread.set(rows.subarray(start, start + dimension), row * dimension);
  }
  return spread;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
