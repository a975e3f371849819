import type { WorkspaceShape } from '../compute/workspace.ts';
import * as layout from '../kernels/layout.ts';
import * as sparseLayout from '../kernels/layout-sparse.ts';
import type { RowFilter } from './row-filter.ts';
import type { Hits } from './search-task.ts';
import type { SparseMemory } from './sparse-memory.ts';

/** A sparse search as the kernel understands it (layout.ts, SPARSE_SEARCH_…). */
export interface SparsePlan {
  readonly indices: Uint32Array;
  readonly weights: Float32Array;
  readonly k: number;
  /** Rows [rowStart, rowEnd) are looked at. */
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly filter: RowFilter | undefined;
}

/** Bytes of a task for each term. */
const TERM_BYTES = 20 + sparseLayout.SPARSE_TERM_BYTES;

/** The block of one sparse search in the arena: parameters and query going in, rows and scores coming out. */
export class SparseTask {
  readonly address: number;
  readonly #memory: SparseMemory;
  readonly #rows: number;
  readonly #scores: number;
  readonly #bytes: number;

  /** Throws insufficient_storage. */
  constructor(memory: SparseMemory, plan: SparsePlan) {
    const { arena } = memory;
    const { indices, weights, k, filter } = plan;
    const termBytes = indices.length * 4;
    this.#memory = memory;
    // Indices and weights, the order of terms and two lists of them, the terms.
    this.#bytes = sparseLayout.SPARSE_SEARCH_BYTES + indices.length * TERM_BYTES + k * 8;
    this.address = arena.allocate(this.#bytes);
    const query = this.address + sparseLayout.SPARSE_SEARCH_BYTES;
    const order = query + 2 * termBytes;
    const terms = order + 3 * termBytes;
    this.#rows = terms + indices.length * sparseLayout.SPARSE_TERM_BYTES;
    this.#scores = this.#rows + k * 4;
    const { u32, f32 } = arena;
    u32.set(indices, query / 4);
    f32.set(weights, (query + termBytes) / 4);
    const at = this.address / 4;
    u32[at + layout.SEARCH_KIND / 4] = layout.KIND_SPARSE;
    u32[at + layout.SEARCH_CANCELLED / 4] = 0;
    u32[at + sparseLayout.SPARSE_SEARCH_FIELD / 4] = memory.field;
    u32[at + sparseLayout.SPARSE_SEARCH_K / 4] = k;
    u32[at + sparseLayout.SPARSE_SEARCH_START / 4] = plan.rowStart;
    u32[at + sparseLayout.SPARSE_SEARCH_END / 4] = plan.rowEnd;
    u32[at + sparseLayout.SPARSE_SEARCH_DEAD / 4] = memory.deadBits;
    u32[at + sparseLayout.SPARSE_SEARCH_FILTER / 4] = filter?.bitmap ?? 0;
    u32[at + sparseLayout.SPARSE_SEARCH_FILTER_END / 4] = filter?.rowEnd ?? 0;
    u32[at + sparseLayout.SPARSE_SEARCH_LIST / 4] = filter?.list ?? 0;
    u32[at + sparseLayout.SPARSE_SEARCH_LIST_COUNT / 4] = filter?.admitted ?? 0;
    u32[at + sparseLayout.SPARSE_SEARCH_ROWS / 4] = this.#rows;
    u32[at + sparseLayout.SPARSE_SEARCH_SCORES / 4] = this.#scores;
    u32[at + sparseLayout.SPARSE_SEARCH_FOUND / 4] = 0;
    u32[at + sparseLayout.SPARSE_SEARCH_EXAMPLES / 4] = 0;
    u32[at + sparseLayout.SPARSE_SEARCH_COUNT / 4] = indices.length;
    u32[at + sparseLayout.SPARSE_SEARCH_INDICES / 4] = query;
    u32[at + sparseLayout.SPARSE_SEARCH_WEIGHTS / 4] = query + termBytes;
    u32[at + sparseLayout.SPARSE_SEARCH_TERMS / 4] = terms;
    u32[at + sparseLayout.SPARSE_SEARCH_ORDER / 4] = order;
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

/** Bytes of candidates (assembly/sparse-gather.ts), and of what windows are picked with (assembly/sparse-pick.ts). */
const CANDIDATE_BYTES = 128 * 16;
const PICK_BYTES = 32 * 1024 * (2 + 2) + 1025 * 32 + 1024 * 2 + 1024 + 64 + 512 + 1024 * 2 + 32 * 8 + 32 * 32 * 16;

/**
 * What the kernel needs of its workspace: the sums of a window, zero between calls as the bitmap of visited rows is, which
 * therefore lends them its place; and candidates in that of the beam.
 */
export function sparseShape(k: number): WorkspaceShape {
  return {
    padded: layout.PADDING,
    rowCount: sparseLayout.SPARSE_WINDOW * 32,
    beam: (CANDIDATE_BYTES + PICK_BYTES) / 8,
    links: 1,
    top: k,
  };
}
